import { useId, type ReactNode } from "react";
import { useT } from "@/i18n/i18n";
import { VisuallyHidden } from "./visually-hidden";
import styles from "./strand.module.css";

interface Props {
  /** My words: a `Quote`. */
  mine: ReactNode;
  /** Theirs. */
  theirs: ReactNode;
}

/** Two quotes that answer each other, and the line that runs from mine to theirs. */
export function Strand({ mine, theirs }: Props) {
  const t = useT("common");
  const hue = useId();
  return (
    <div className={styles.strand}>
      <div className={styles.mine}>{mine}</div>
      <svg className={styles.line} viewBox="0 0 32 100" preserveAspectRatio="none" aria-hidden="true">
        <defs>
          <linearGradient id={hue} x1="0" y1="0" x2="0" y2="1">
            <stop offset="0.1" className={styles.from} />
            <stop offset="0.9" className={styles.to} />
          </linearGradient>
        </defs>
        <path
          d="M4 0C4 52 28 48 28 100"
          fill="none"
          stroke={`url(#${hue})`}
          vectorEffect="non-scaling-stroke"
        />
        <path
          d="M28 0C28 52 4 48 4 100"
          fill="none"
          stroke={`url(#${hue})`}
          vectorEffect="non-scaling-stroke"
        />
      </svg>
      <VisuallyHidden>{t("mutual")}</VisuallyHidden>
      <div className={styles.theirs}>{theirs}</div>
    </div>
  );
}
