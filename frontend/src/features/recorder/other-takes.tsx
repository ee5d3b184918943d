import { Button } from "@/components/button";
import { useT } from "@/i18n/i18n";
import { useFormat } from "@/i18n/use-format";
import { RemoveTake } from "./remove-take";
import { isOpenTo, type Take } from "./takes/take";
import type { TakeStore } from "./takes/take-store";
import styles from "./other-takes.module.css";

interface Props {
  takes: TakeStore;
  others: readonly Take[];
  userId: string | undefined;
  onOpen: (take: Take) => void;
}

/** What else waits in this browser. A take of an account stays closed until that account is signed in. */
export function OtherTakes({ takes, others, userId, onOpen }: Props) {
  const t = useT("recorder");
  const format = useFormat();
  if (others.length === 0) return null;
  return (
    <section className={styles.others} aria-labelledby="other-takes">
      <h2 id="other-takes" className={styles.title}>
        {t("others")}
      </h2>
      <ul className={styles.list}>
        {others.map((take) => (
          <li key={take.id} className={styles.take}>
            <p className={styles.what}>
              {take.durationMs !== undefined && (
                <span className={styles.length}>{format.clock(take.durationMs)}</span>
              )}
              <span className={styles.when}>{format.dateTime(new Date(take.createdAt).toISOString())}</span>
            </p>
            {isOpenTo(take, userId) ? (
              <div className={styles.actions}>
                <Button size="small" onPress={() => onOpen(take)}>
                  {t("others.open")}
                </Button>
                <RemoveTake takes={takes} take={take} size="small" />
              </div>
            ) : (
              <p className={styles.when}>{t("others.closed")}</p>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
