import { Loaded } from "@/components/loaded";
import { Section } from "@/components/section";
import { useT } from "@/i18n/i18n";
import { useConsents } from "../api/use-consents";
import { ConsentItem } from "./consent-item";
import styles from "./consents.module.css";

/** What I agree to, and what that means for what I say. */
export function Consents() {
  const t = useT("preferences");
  const query = useConsents();
  return (
    <Section title={t("consents")} lead={t("consents.lead")}>
      <Loaded query={query}>
        {({ consents }) => (
          <ul className={styles.list}>
            {consents.map((consent) => (
              <ConsentItem key={consent.name} consent={consent} />
            ))}
          </ul>
        )}
      </Loaded>
    </Section>
  );
}
