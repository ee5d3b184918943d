import { useEffect, useRef, type ReactNode } from "react";
import { useT } from "@/i18n/i18n";
import { useNavigated } from "@/lib/navigation";
import styles from "./page.module.css";

interface Props {
  /** The heading; the document's title too, unless `documentTitle` is another. */
  title: string;
  documentTitle?: string;
  lead?: ReactNode;
  /** Beside the heading. */
  actions?: ReactNode;
  children?: ReactNode;
}

/**
 * A screen. Names the document, and takes the focus to the heading when people came here from another screen, so that
 * it is read out and the keyboard goes on from there.
 */
export function Page({ title, documentTitle = title, lead, actions, children }: Props) {
  const t = useT("shell");
  const navigated = useNavigated();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = t("title", { page: documentTitle });
  }, [t, documentTitle]);
  useEffect(() => {
    if (navigated.current) heading.current?.focus({ preventScroll: true });
  }, [navigated]);
  return (
    <div className={styles.page}>
      <header className={styles.head}>
        <div className={styles.title}>
          <h1 ref={heading} tabIndex={-1}>
            {title}
          </h1>
          {lead !== undefined && <p className={styles.lead}>{lead}</p>}
        </div>
        {actions !== undefined && <div className={styles.actions}>{actions}</div>}
      </header>
      {children}
    </div>
  );
}
