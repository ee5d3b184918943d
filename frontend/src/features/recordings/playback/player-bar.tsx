import { IconButton } from "@/components/button";
import { ErrorNotice } from "@/components/error-notice";
import { PauseIcon, PlayIcon } from "@/components/icons";
import { Notice } from "@/components/notice";
import { ApiError, Unreachable } from "@/api/api-error";
import { useT } from "@/i18n/i18n";
import { useFormat } from "@/i18n/use-format";
import { useCssVariable } from "@/lib/use-css-variable";
import type { TakePlayer } from "./take-player";
import { usePlaying } from "./use-take-player";
import styles from "./player-bar.module.css";

const stepMs = 200;

/** Plays a whole take: stop and go, and a line to go anywhere. */
export function PlayerBar({ player, durationMs }: { player: TakePlayer; durationMs: number }) {
  const t = useT("recordings");
  const format = useFormat();
  const state = usePlaying(player, (playing) => playing.state);
  const position = usePlaying(player, ({ positionMs }) =>
    Math.min(Math.round(positionMs / stepMs) * stepMs, durationMs),
  );
  const ref = useCssVariable<HTMLInputElement>("--heard", durationMs > 0 ? position / durationMs : 0);
  const plays = state !== "idle";
  return (
    <div className={styles.bar}>
      <IconButton
        look="voice"
        label={plays ? t("player.pause") : t("player.play")}
        icon={plays ? <PauseIcon /> : <PlayIcon />}
        onPress={() =>
          plays ? player.pause() : void player.play(position < durationMs - stepMs ? position : 0)
        }
      />
      <input
        ref={ref}
        type="range"
        className={styles.line}
        aria-label={t("player.position")}
        aria-valuetext={t("player.of", { at: format.clock(position), all: format.clock(durationMs) })}
        min={0}
        max={durationMs}
        step={stepMs}
        value={position}
        onChange={(event) => player.seek(Number(event.target.value))}
      />
      <span className={styles.time} aria-hidden="true">
        {t("player.of", { at: format.clock(position), all: format.clock(durationMs) })}
      </span>
    </div>
  );
}

/** Why nothing is heard, once something should have been. */
export function PlayerProblem({ player }: { player: TakePlayer }) {
  const t = useT("recordings");
  const problem = usePlaying(player, (playing) => playing.problem);
  if (problem === undefined) return null;
  if (problem instanceof ApiError || problem instanceof Unreachable) return <ErrorNotice error={problem} />;
  return (
    <Notice tone="danger" role="alert">
      {t("player.failed")}
    </Notice>
  );
}
