import { Loaded } from "@/components/loaded";
import { Page } from "@/components/page";
import { useT } from "@/i18n/i18n";
import { usePreferences } from "./api/use-preferences";
import { Consents } from "./consents/consents";
import { Filters } from "./filters/filters";
import { Weights } from "./weights/weights";

/** Whom I want to meet, what counts, and what I agree to. */
export default function Preferences() {
  const t = useT("preferences");
  const query = usePreferences();
  return (
    <Page title={t("title")} lead={t("lead")}>
      <div>
        <Loaded query={query}>
          {(preferences) => (
            <>
              <Filters latest={preferences} />
              <Weights latest={preferences} />
            </>
          )}
        </Loaded>
        <Consents />
      </div>
    </Page>
  );
}
