import type { ReactNode } from "react";
import styles from "./section.module.css";

/** One matter of the account: what it is, and what to do about it. */
export function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className={styles.section}>
      <h2 className={styles.title}>{title}</h2>
      <div className={styles.content}>{children}</div>
    </section>
  );
}
