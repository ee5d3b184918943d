import { Button } from "@/components/button";
import { useT } from "@/i18n/i18n";
import styles from "./search.module.css";

const examples = ["example.1", "example.2", "example.3"] as const;

/** Sentences to begin with. */
export function Examples({ onPick }: { onPick: (sentence: string) => void }) {
  const t = useT("search");
  return (
    <section className={styles.examples}>
      <h2 className={styles.title}>{t("examples")}</h2>
      <ul className={styles.list}>
        {examples.map((key) => (
          <li key={key}>
            <Button look="quiet" onPress={() => onPick(t(key))}>
              <q className={styles.example}>{t(key)}</q>
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}
