import styles from "./details.module.css";

interface Row {
  term: string;
  text: string;
  /** Made for machines: set so that each character can be told apart. */
  isCode?: boolean;
}

/** Facts with their names. */
export function Details({ rows }: { rows: readonly Row[] }) {
  return (
    <dl className={styles.details}>
      {rows.map(({ term, text, isCode = false }) => (
        <div key={term} className={styles.row}>
          <dt>{term}</dt>
          <dd className={isCode ? styles.code : undefined}>{text}</dd>
        </div>
      ))}
    </dl>
  );
}
