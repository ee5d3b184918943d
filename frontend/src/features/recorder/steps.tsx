import { useT } from "@/i18n/i18n";
import styles from "./steps.module.css";

/** What happens to what is said, for those who are here for the first time. */
export function Steps() {
  const t = useT("recorder");
  return (
    <section className={styles.steps} aria-labelledby="steps">
      <h2 id="steps" className={styles.title}>
        {t("steps")}
      </h2>
      <ol className={styles.list}>
        {(["speak", "read", "meet"] as const).map((step) => (
          <li key={step} className={styles.step}>
            <h3>{t(`steps.${step}`)}</h3>
            <p>{t(`steps.${step}.text`)}</p>
          </li>
        ))}
      </ol>
    </section>
  );
}
