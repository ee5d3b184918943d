import type { ReactNode } from "react";
import { CheckIcon, WarningIcon } from "./icons";
import styles from "./notice.module.css";

interface Props {
  tone?: "plain" | "good" | "caution" | "danger";
  title?: string;
  children: ReactNode;
  /** What to do about it. */
  action?: ReactNode;
  /** Read out when it appears: `status` when convenient, `alert` at once. */
  role?: "status" | "alert" | undefined;
}

/** Something to know, in the place where it matters. */
export function Notice({ tone = "plain", title, children, action, role }: Props) {
  return (
    <div className={`${styles.notice} ${styles[tone]}`} role={role}>
      <span className={styles.icon}>{tone === "good" ? <CheckIcon /> : <WarningIcon />}</span>
      <div className={styles.text}>
        {title !== undefined && <p className={styles.title}>{title}</p>}
        <div>{children}</div>
      </div>
      {action !== undefined && <div className={styles.action}>{action}</div>}
    </div>
  );
}
