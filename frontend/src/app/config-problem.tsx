import { useT } from "@/i18n/i18n";
import styles from "./shell.module.css";

/** Instead of everything, when the page does not know where its server is. For those who run it. */
export function ConfigProblem({ problems }: { problems: readonly string[] }) {
  const t = useT("shell");
  return (
    <main className={styles.main}>
      <h1>{t("config.title")}</h1>
      <p>{t("config.text")}</p>
      <ul>
        {problems.map((problem) => (
          <li key={problem}>
            <code>{problem}</code>
          </li>
        ))}
      </ul>
    </main>
  );
}
