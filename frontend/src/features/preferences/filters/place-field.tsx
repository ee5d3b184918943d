import { useMemo, useState } from "react";
import { useQuery } from "@tanstack/react-query";
import { Button } from "@/components/button";
import { ComboBox } from "@/components/combo-box";
import { Notice } from "@/components/notice";
import type { Schemas } from "@/api/types";
import { useLanguage, useT } from "@/i18n/i18n";
import { useFormat } from "@/i18n/use-format";
import { cityChoices, loadCities, nearest, rounded, type City } from "./places";
import { useDevicePlace } from "./use-device-place";
import styles from "./filters.module.css";

type Place = Schemas["Place"];

interface Props {
  value: Place | undefined;
  onChange: (place: Place | undefined) => void;
}

/** Roughly where I am: a town near by, or what the device says; rounded before it is sent. */
export function PlaceField({ value, onChange }: Props) {
  const t = useT("preferences");
  const { locale } = useLanguage();
  const device = useDevicePlace(onChange);
  const { data: cities } = useQuery({ queryKey: ["cities"], queryFn: loadCities, staleTime: Infinity });
  const choices = useMemo(() => cityChoices(cities ?? [], locale), [cities, locale]);
  const [chosen, setChosen] = useState(0);
  return (
    <div className={styles.place}>
      <p className={styles.label}>{t("place")}</p>
      <div className={styles.told} aria-live="polite">
        <p>{value ? <Told place={value} cities={cities} /> : t("place.none")}</p>
        {value && (
          <Button size="small" onPress={() => onChange(undefined)}>
            {t("place.forget")}
          </Button>
        )}
      </div>
      <ComboBox
        // Empty again once something was chosen: what is told stands above.
        key={chosen}
        label={t("place.town")}
        help={t("place.help")}
        whenNothing={t("place.unknown")}
        choices={choices}
        onChoose={(id) => {
          const city = cities?.[Number(id)];
          if (city) onChange(rounded(city));
          setChosen(chosen + 1);
        }}
      />
      {device.isThere && (
        <div>
          <Button size="small" isPending={device.isAsking} onPress={device.ask}>
            {t("place.device")}
          </Button>
        </div>
      )}
      {device.failure && (
        <Notice tone="caution" role="alert">
          {t(`place.${device.failure}`)}
        </Notice>
      )}
    </div>
  );
}

function Told({ place, cities }: { place: Place; cities: readonly City[] | undefined }) {
  const t = useT("preferences");
  const { locale } = useLanguage();
  const format = useFormat();
  const city = cities && nearest(place, cities);
  if (city) return t("place.near", { place: locale === "es" ? city.es : city.en });
  const { latitude, longitude } = place;
  return t("place.at", {
    latitude: format.number(Math.abs(latitude)),
    north: latitude < 0 ? "south" : "north",
    longitude: format.number(Math.abs(longitude)),
    east: longitude < 0 ? "west" : "east",
  });
}
