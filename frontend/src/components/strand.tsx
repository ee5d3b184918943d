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

/** Two quotes that answer each other, and the line that runs from mine to theirs: down, or across where there is room. */
export function Strand({ mine, theirs }: Props) {
  const t = useT("common");
  return (
    <div className={styles.frame}>
      <div className={styles.strand}>
        <div className={styles.mine}>{mine}</div>
        <Line className={styles.down} path="M6 0C6 60 18 40 18 100" box="0 0 24 100" x2="0" y2="1" />
        <Line className={styles.across} path="M0 6C60 6 40 18 100 18" box="0 0 100 24" x2="1" y2="0" />
        <VisuallyHidden>{t("mutual")}</VisuallyHidden>
        <div className={styles.theirs}>{theirs}</div>
      </div>
    </div>
  );
}

interface LineProps {
  className: string | undefined;
  path: string;
  box: string;
  x2: string;
  y2: string;
}

function Line({ className, path, box, x2, y2 }: LineProps) {
  const hue = useId();
  return (
    <span className={className} aria-hidden="true">
      <svg viewBox={box} preserveAspectRatio="none">
        <defs>
          <linearGradient id={hue} gradientUnits="objectBoundingBox" x1="0" y1="0" x2={x2} y2={y2}>
            <stop offset="0" className={styles.from} />
            <stop offset="1" className={styles.to} />
          </linearGradient>
        </defs>
        <path d={path} fill="none" stroke={`url(#${hue})`} vectorEffect="non-scaling-stroke" />
      </svg>
    </span>
  );
}
