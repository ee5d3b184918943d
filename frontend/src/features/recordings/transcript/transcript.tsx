import { useMemo, useRef, useState } from "react";
import { flushSync } from "react-dom";
import type { Schemas } from "@/api/types";
import { Button } from "@/components/button";
import { useT } from "@/i18n/i18n";
import { useForgetAudio } from "../api/use-kept-audio";
import { PlayerBar, PlayerProblem } from "../playback/player-bar";
import type { Hearing } from "../playback/use-take-player";
import { durationMs } from "../watching/progress";
import { Editor } from "./editor";
import { placeWords } from "./place-words";
import { unsure, Words } from "./words";
import styles from "./transcript.module.css";

interface Props {
  id: string;
  recording: Schemas["Recording"];
  transcript: Schemas["Transcript"];
  hearing: Hearing;
  onCorrected: (from: string) => void;
}

/** What was said or written: to hear, to read, to correct. */
export function Transcript({ id, recording, transcript, hearing, onCorrected }: Props) {
  const t = useT("recordings");
  const [edits, setEdits] = useState(false);
  const begin = useRef<HTMLButtonElement>(null);
  // The editor takes the place of the button, and gives it and the focus back.
  const close = () => {
    flushSync(() => setEdits(false));
    begin.current?.focus();
  };
  const spoken = recording.origin === "ORIGIN_SPOKEN";
  const runs = useMemo(() => placeWords(transcript), [transcript]);
  const lastMs = runs.at(-1)?.at(-1)?.endMs ?? 0;
  const doubts = runs.some((run) => run.some(({ confidence }) => confidence < unsure));
  return (
    <section className={styles.transcript} aria-labelledby="transcript">
      <div className={styles.head}>
        <h2 id="transcript">{spoken ? t("transcript.spoken") : t("transcript.typed")}</h2>
        {!edits && (
          <Button ref={begin} size="small" onPress={() => setEdits(true)}>
            {t("correct")}
          </Button>
        )}
      </div>
      {spoken && hearing.whole && (
        <PlayerBar player={hearing.player} durationMs={durationMs(recording) ?? lastMs} />
      )}
      <PlayerProblem player={hearing.player} />
      {edits ? (
        <Editor recording={id} transcript={transcript} onSaved={onCorrected} onClose={close} />
      ) : (
        <>
          <Words runs={runs} hearing={spoken ? hearing : undefined} />
          {doubts && <p className={styles.note}>{t("words.doubts")}</p>}
          {spoken && <WhatIsHeard id={id} hearing={hearing} canHearSome={hearsSome(runs, hearing)} />}
        </>
      )}
    </section>
  );
}

/** Where the sound comes from, and how much of it there is. */
function WhatIsHeard({ id, hearing, canHearSome }: { id: string; hearing: Hearing; canHearSome: boolean }) {
  const t = useT("recordings");
  const forget = useForgetAudio(id);
  if (!hearing.whole)
    return <p className={styles.note}>{canHearSome ? t("heard.pieces") : t("heard.nothing")}</p>;
  return (
    <p className={styles.note}>
      {t("heard.whole")}{" "}
      <button
        type="button"
        className={styles.forget}
        onClick={() => {
          hearing.player.close();
          forget.mutate();
        }}
      >
        {t("heard.forget")}
      </button>
    </p>
  );
}

function hearsSome(runs: ReturnType<typeof placeWords>, { canHear }: Hearing): boolean {
  return runs.some((run) => run.some(({ startMs }) => canHear(startMs)));
}
