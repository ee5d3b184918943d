import { useEffect, useRef, useSyncExternalStore } from "react";
import { useAnnounce } from "@/components/announcer";
import { Button } from "@/components/button";
import { MicrophoneIcon, PauseIcon, StopIcon } from "@/components/icons";
import { useT } from "@/i18n/i18n";
import { useFormat } from "@/i18n/use-format";
import { DeviceChoice } from "./device-choice";
import { Elapsed } from "./elapsed";
import { LevelMeter } from "./level-meter";
import { MicrophoneProblemNotice } from "./microphone-problem";
import type { RecorderState, Start } from "./recording/recorder";
import type { Studio } from "./studio";
import { longestMs } from "./takes/limits";
import { useDevices } from "./use-devices";
import styles from "./speak.module.css";

interface Props {
  studio: Studio;
  start: Omit<Start, "deviceId">;
}

/** The recorder itself: from the button that begins a take to the one that ends it. */
export function Speak({ studio, start }: Props) {
  const t = useT("recorder");
  const format = useFormat();
  const { recorder, microphone } = studio;
  const state = useSyncExternalStore(recorder.subscribe, recorder.state);
  const runs = state.step === "recording" || state.step === "paused";
  const { devices, chosen, choose } = useDevices(microphone, runs);
  useStateAnnounced(state);
  // Leaving the screen ends the take and keeps it: nobody is recorded by a page they do not see.
  useEffect(() => () => void recorder.stop(), [recorder]);

  const unsupported = microphone.isSupported ? undefined : "unsupported";
  const problem = state.step === "ready" ? (state.problem ?? unsupported) : undefined;

  return (
    <div className={styles.speak}>
      {runs && (
        <>
          <LevelMeter recorder={recorder} runs={state.step === "recording"} />
          <Elapsed recorder={recorder} />
          <p className={styles.hearing} data-hearing={state.hearing}>
            {state.step === "paused" ? t("paused") : t(state.warned ? "ending" : `hearing.${state.hearing}`)}
          </p>
        </>
      )}
      {problem !== undefined && (
        <MicrophoneProblemNotice
          problem={problem}
          isNew={state.step === "ready" && state.problem !== undefined}
        />
      )}
      {problem !== "unsupported" && (
        <div className={styles.buttons}>
          {/* One button that stays where it is, so that the keyboard stays on it too. */}
          <Button
            look={runs ? "primary" : "voice"}
            size="large"
            isPending={state.step === "asking" || state.step === "finishing"}
            onPress={() => void (runs ? recorder.stop() : recorder.start({ ...start, deviceId: chosen }))}
          >
            {runs ? <StopIcon /> : <MicrophoneIcon />}
            {t(mainActionOf(state))}
          </Button>
          {runs && (
            <PauseButton
              state={state.step}
              onPause={() => recorder.pause()}
              onResume={() => recorder.resume()}
            />
          )}
        </div>
      )}
      {!runs && problem !== "unsupported" && (
        <p className={styles.hint}>
          {state.step === "asking" ? t("asking") : t("hint", { longest: format.number(longestMs / 60_000) })}
        </p>
      )}
      {!runs && <DeviceChoice devices={devices} chosen={chosen} onChoose={choose} />}
    </div>
  );
}

interface PauseProps {
  state: "recording" | "paused";
  onPause: () => void;
  onResume: () => void;
}

function PauseButton({ state, onPause, onResume }: PauseProps) {
  const t = useT("recorder");
  return state === "recording" ? (
    <Button key="pause" look="quiet" size="large" onPress={onPause}>
      <PauseIcon />
      {t("pause")}
    </Button>
  ) : (
    <Button key="pause" look="quiet" size="large" onPress={onResume}>
      <MicrophoneIcon />
      {t("resume")}
    </Button>
  );
}

function mainActionOf({ step }: RecorderState): "stop" | "start" | "finishing" {
  if (step === "recording" || step === "paused") return "stop";
  return step === "finishing" ? "finishing" : "start";
}

/** Says what changes by itself, or was asked for: each once. */
function useStateAnnounced(state: RecorderState): void {
  const t = useT("recorder");
  const announce = useAnnounce();
  const before = useRef(state);
  useEffect(() => {
    const old = before.current;
    before.current = state;
    if (state === old) return;
    const ran = old.step === "recording" || old.step === "paused";
    if (state.step === "paused") announce(t("paused"));
    else if (state.step === "recording") {
      if (old.step !== "recording") announce(t(ran ? "resumed" : "recording"));
      else if (state.warned !== old.warned) announce(t("ending"), "assertive");
      else if (state.hearing !== old.hearing) announce(t(`hearing.${state.hearing}`));
    }
  }, [state, announce, t]);
}
