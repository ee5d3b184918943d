import type { ReactNode } from "react";
import { useT } from "@/i18n/i18n";
import styles from "./filters.module.css";

/** What a filter does to whom I am shown, and to who is shown me. */
export function BothWays({ mine, theirs }: { mine: ReactNode; theirs: ReactNode }) {
  const t = useT("preferences");
  return (
    <dl className={styles.ways}>
      <div className={styles.way}>
        <dt className={styles.mine}>{t("ways.mine")}</dt>
        <dd>{mine}</dd>
      </div>
      <div className={styles.way}>
        <dt className={styles.theirs}>{t("ways.theirs")}</dt>
        <dd>{theirs}</dd>
      </div>
    </dl>
  );
}
