import { Notice } from "@/components/notice";
import { PauseIcon, PlayIcon } from "@/components/icons";
import { useT } from "@/i18n/i18n";
import { useFormat } from "@/i18n/use-format";
import { useCssVariable } from "@/lib/use-css-variable";
import type { Take } from "./takes/take";
import type { TakeStore } from "./takes/take-store";
import { usePlayback } from "./use-playback";
import styles from "./playback-button.module.css";

/** A take to be heard again. */
export function PlaybackButton({ takes, take }: { takes: TakeStore; take: Take }) {
  const t = useT("recorder");
  const format = useFormat();
  const { state, atMs, toggle } = usePlayback(takes, take.id);
  const share = take.durationMs ? Math.min(1, atMs / take.durationMs) : 0;
  const line = useCssVariable<HTMLDivElement>("--share", share);
  const plays = state === "playing";
  return (
    <div className={styles.playback}>
      <button
        type="button"
        className={styles.button}
        aria-busy={state === "loading"}
        onClick={toggle}
        aria-label={t(plays ? "playback.pause" : "playback.play")}
      >
        {plays ? <PauseIcon /> : <PlayIcon />}
      </button>
      <div className={styles.line} aria-hidden="true">
        <div ref={line} />
      </div>
      <p className={styles.clock}>
        {take.durationMs === undefined
          ? format.clock(atMs)
          : t("playback.at", { at: format.clock(atMs), end: format.clock(take.durationMs) })}
      </p>
      {state === "failed" && (
        <div className={styles.problem}>
          <Notice tone="caution" role="alert">
            {t("playback.failed")}
          </Notice>
        </div>
      )}
    </div>
  );
}
