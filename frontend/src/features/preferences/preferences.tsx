import { Loaded } from "@/components/loaded";
import { Page } from "@/components/page";
import { useT } from "@/i18n/i18n";
import { useFormat } from "@/i18n/use-format";
import { useWord } from "@/lib/use-word";
import { usePreferences } from "./api/use-preferences";

/** What must be true of the people I am shown. */
export default function Preferences() {
  const t = useT("preferences");
  const word = useWord();
  const format = useFormat();
  return (
    <Page title={t("title")} lead={t("lead")}>
      <Loaded query={usePreferences()}>
        {({ languages, formats, maxDistanceKm }) => (
          <dl>
            <dt>{t("languages")}</dt>
            <dd>{format.list(languages.map(format.language)) || t("any")}</dd>
            <dt>{t("formats")}</dt>
            <dd>{format.list(formats.map((way) => word("FORMAT", way))) || t("any")}</dd>
            <dt>{t("distance")}</dt>
            <dd>{maxDistanceKm > 0 ? t("km", { distance: maxDistanceKm }) : t("any")}</dd>
          </dl>
        )}
      </Loaded>
    </Page>
  );
}
