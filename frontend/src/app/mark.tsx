import styles from "./mark.module.css";

/** Two voices that cross. */
export function Mark() {
  return (
    <svg className={styles.mark} width="28" height="28" viewBox="0 0 28 28" fill="none" aria-hidden="true">
      <path className={styles.mine} d="M3 8.5C11 8.5 10 19.5 25 19.5" />
      <path className={styles.theirs} d="M3 19.5C11 19.5 10 8.5 25 8.5" />
    </svg>
  );
}
