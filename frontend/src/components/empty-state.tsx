import type { ReactNode } from "react";
import styles from "./empty-state.module.css";

interface Props {
  title: string;
  children?: ReactNode;
  action?: ReactNode;
}

/** Says that there is nothing, why, and what would change it. */
export function EmptyState({ title, children, action }: Props) {
  return (
    <div className={styles.empty}>
      <h2 className={styles.title}>{title}</h2>
      {children !== undefined && <p className={styles.text}>{children}</p>}
      {action !== undefined && <div className={styles.action}>{action}</div>}
    </div>
  );
}
