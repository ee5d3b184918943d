import { useT } from "@/i18n/i18n";
import { VisuallyHidden } from "./visually-hidden";
import styles from "./skeleton.module.css";

/** The place of a text that is on its way. */
export function Skeleton({ lines = 3 }: { lines?: number }) {
  const t = useT("common");
  return (
    <div className={styles.skeleton}>
      <VisuallyHidden>{t("loading")}</VisuallyHidden>
      {Array.from({ length: lines }, (_, line) => (
        <div key={line} className={styles.line} />
      ))}
    </div>
  );
}
