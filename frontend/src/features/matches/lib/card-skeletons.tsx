import { Skeleton } from "@/components/skeleton";
import styles from "./card-skeletons.module.css";

/** The places of cards that are on their way. */
export function CardSkeletons() {
  return (
    <div className={styles.cards}>
      <div className={styles.card}>
        <Skeleton lines={6} />
      </div>
      <div className={styles.card} aria-hidden="true">
        <Skeleton lines={6} />
      </div>
    </div>
  );
}
