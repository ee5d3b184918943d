import type { Schemas } from "@/api/types";
import { useT } from "@/i18n/i18n";
import { useFormat } from "@/i18n/use-format";
import { useWord } from "@/lib/use-word";
import styles from "./person.module.css";

interface Props {
  card: Schemas["Card"] | undefined;
  /** How well it fits, as far as is told. */
  band?: Schemas["Band"];
}

/** What is known of somebody beside what they said. */
export function PersonFacts({ card, band }: Props) {
  const t = useT("matches");
  const word = useWord();
  const format = useFormat();
  const languages = card?.languages.map(format.language) ?? [];
  return (
    <p className={styles.facts}>
      {band !== undefined && (
        <span className={styles.band} data-band={band}>
          {word("BAND", band)}
        </span>
      )}
      {languages.length > 0 && <span>{t("speaks", { languages: format.list(languages) })}</span>}
    </p>
  );
}
