import { Notice } from "@/components/notice";
import { Select } from "@/components/select";
import { useT } from "@/i18n/i18n";
import { useFormat } from "@/i18n/use-format";

/** Limits worth telling apart, in kilometres; 0 is none. */
const offered = [0, 50, 100, 250, 500, 1_000, 2_500, 5_000];

interface Props {
  value: number;
  /** Whether I have told where I am. */
  hasPlace: boolean;
  onChange: (km: number) => void;
}

/** How far away others may be. */
export function DistanceField({ value, hasPlace, onChange }: Props) {
  const t = useT("preferences");
  const format = useFormat();
  const limits = offered.includes(value) ? offered : [...offered, value].sort((a, b) => a - b);
  return (
    <>
      <Select
        label={t("distance")}
        choices={limits.map((km) => ({
          id: String(km),
          label: km === 0 ? t("any") : t("km", { distance: format.number(km) }),
        }))}
        value={String(value)}
        onChange={(km) => onChange(Number(km))}
      />
      {value > 0 && !hasPlace && (
        <Notice tone="caution" role="status">
          {t("distance.noPlace")}
        </Notice>
      )}
    </>
  );
}
