import type { Schemas } from "@/api/types";
import { useReasonTitle } from "./use-reason-title";
import styles from "./shared.module.css";

/** What both share, in short: each side in its own words. */
export function Shared({ reason, name }: { reason: Schemas["Reason"]; name: string }) {
  const title = useReasonTitle();
  const { mine, theirs } = reason;
  if (!mine || !theirs) return null;
  return (
    <section className={styles.shared}>
      <h3 className={styles.title}>{title(reason, name)}</h3>
      <p className={styles.words}>
        <q className={styles.mine}>{mine.quote || mine.text}</q> <Meeting />{" "}
        <q className={styles.theirs}>{theirs.quote || theirs.text}</q>
      </p>
    </section>
  );
}

function Meeting() {
  return <span className={styles.meeting} aria-hidden="true" />;
}
