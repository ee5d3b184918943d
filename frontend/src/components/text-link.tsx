import type { ReactNode } from "react";
import { Link } from "wouter";
import styles from "./text-link.module.css";

/** A link in or beside a text, to a page of ours. */
export function TextLink({ href, children }: { href: string; children: ReactNode }) {
  return (
    <Link href={href} className={styles.link}>
      {children}
    </Link>
  );
}
