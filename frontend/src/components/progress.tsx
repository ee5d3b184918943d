import { Label } from "react-aria-components/Label";
import { ProgressBar } from "react-aria-components/ProgressBar";
import { useCssVariable } from "@/lib/use-css-variable";
import styles from "./progress.module.css";

interface Props {
  label: string;
  /** Between 0 and 1; left out while nobody knows. */
  value?: number | undefined;
  /** The value as people read it. */
  text?: string;
}

/** How far something is. It never shows more than is known. */
export function Progress({ label, value, text }: Props) {
  const ref = useCssVariable<HTMLDivElement>("--share", value ?? 0);
  return (
    <ProgressBar
      className={styles.progress ?? ""}
      isIndeterminate={value === undefined}
      value={(value ?? 0) * 100}
      {...(text === undefined ? {} : { valueLabel: text })}
    >
      <Label className={styles.label ?? ""}>{label}</Label>
      {text !== undefined && <span className={styles.text}>{text}</span>}
      <div className={styles.track}>
        <div ref={ref} className={value === undefined ? styles.unknown : styles.bar} />
      </div>
    </ProgressBar>
  );
}
