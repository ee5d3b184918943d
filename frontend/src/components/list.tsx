import type { ReactNode } from "react";
import styles from "./list.module.css";

/** A list of things that are read one after the other; each child is a `ListItem`. */
export function List({ label, children }: { label?: string; children: ReactNode }) {
  return (
    <ul className={styles.list} aria-label={label}>
      {children}
    </ul>
  );
}

export function ListItem({ children }: { children: ReactNode }) {
  return <li className={styles.item}>{children}</li>;
}
