import { useEffect, useRef } from "react";
import { Button } from "@/components/button";
import { Notice } from "@/components/notice";
import { useT } from "@/i18n/i18n";
import { useOnline } from "@/lib/use-online";
import { PlaybackButton } from "./playback-button";
import type { Ending } from "./recording/recorder";
import { RemoveTake } from "./remove-take";
import type { Take } from "./takes/take";
import type { TakeStore } from "./takes/take-store";
import styles from "./review.module.css";

interface Props {
  takes: TakeStore;
  take: Take;
  /** How it ended, if it was recorded just now; otherwise it was found here. */
  ending: Ending | undefined;
  onSend: () => void;
  onAgain: () => void;
}

/** A take that is finished: hear it, send it, or make another one. */
export function Review({ takes, take, ending, onSend, onAgain }: Props) {
  const t = useT("recorder");
  const online = useOnline();
  const heading = useRef<HTMLHeadingElement>(null);
  const isNew = ending !== undefined;
  // The button that ended the take is gone; the keyboard goes on here.
  useEffect(() => {
    if (isNew) heading.current?.focus({ preventScroll: true });
  }, [isNew, take.id]);

  return (
    <div className={styles.review}>
      <h3 ref={heading} tabIndex={-1} className={styles.title}>
        {t(titleOf(take, isNew))}
      </h3>
      {ending !== undefined && ending !== "stopped" && (
        <Notice tone="caution" role="status">
          {t(`ending.${ending}`)}
        </Notice>
      )}
      {!isNew && take.source === "microphone" && <p className={styles.about}>{t("review.found.help")}</p>}
      <PlaybackButton key={take.id} takes={takes} take={take} />
      <div className={styles.actions}>
        <Button look="primary" onPress={onSend}>
          {t("send")}
        </Button>
        <Button onPress={onAgain}>{t(take.source === "file" ? "review.instead" : "review.again")}</Button>
        <RemoveTake takes={takes} take={take} />
      </div>
      <p className={styles.about}>
        {t(online ? (takes.lasts ? "review.kept" : "review.fleeting") : "review.offline")}
      </p>
    </div>
  );
}

function titleOf({ source }: Take, isNew: boolean): "review.file" | "review.title" | "review.found" {
  if (source === "file") return "review.file";
  return isNew ? "review.title" : "review.found";
}
