import { useT } from "@/i18n/i18n";
import styles from "./prompt-card.module.css";

interface Props {
  question: string;
  /** Why this is asked, when the question was chosen for this person. */
  reason: string | undefined;
}

/** The question to answer. */
export function PromptCard({ question, reason }: Props) {
  const t = useT("recorder");
  return (
    <div className={styles.prompt}>
      <h2 className={styles.label}>{t("prompt.label")}</h2>
      <p className={styles.question}>{question}</p>
      {reason !== undefined && <p className={styles.reason}>{reason}</p>}
    </div>
  );
}
