import type { ReactNode } from "react";
import styles from "./section.module.css";

interface Props {
  title: string;
  /** What this part is about, beside it where there is room. */
  lead?: ReactNode;
  /** For whoever has to move the focus here. */
  headingId?: string;
  children: ReactNode;
}

/** A part of a screen: its name and a word about it at the side, what it holds next to them. */
export function Section({ title, lead, headingId, children }: Props) {
  return (
    <section className={styles.section}>
      <div className={styles.head}>
        <h2 id={headingId} tabIndex={-1}>
          {title}
        </h2>
        {lead !== undefined && <p className={styles.lead}>{lead}</p>}
      </div>
      <div className={styles.body}>{children}</div>
    </section>
  );
}
