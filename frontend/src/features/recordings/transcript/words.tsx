import { Fragment, memo, useCallback, useEffect, useMemo, useRef, useState, type KeyboardEvent } from "react";
import { VisuallyHidden } from "@/components/visually-hidden";
import { useT } from "@/i18n/i18n";
import { usePlaying, type Hearing } from "../playback/use-take-player";
import { wordAt, type PlacedWord } from "./place-words";
import styles from "./words.module.css";

interface Props {
  runs: readonly (readonly PlacedWord[])[];
  /** What can be heard; left out for what was written. */
  hearing?: Hearing | undefined;
}

/** The recogniser was less sure than this. */
export const unsure = 0.5;

/**
 * What was said. Each word that can be heard is a button; all of them are one stop of the Tab key, and the arrow keys
 * go from word to word.
 */
export function Words({ runs, hearing }: Props) {
  const t = useT("recordings");
  if (!hearing) return <p className={styles.words}>{runs.flat().map(({ gap, text }) => gap + text)}</p>;
  return (
    <div className={styles.words} data-pieces={!hearing.whole} role="group" aria-label={t("words.label")}>
      <Said runs={runs} hearing={hearing} />
    </div>
  );
}

function Said({ runs, hearing }: { runs: Props["runs"]; hearing: Hearing }) {
  const { player, canHear } = hearing;
  const words = useMemo(() => runs.flat(), [runs]);
  const heard = useMemo(
    () => words.flatMap(({ startMs }, index) => (canHear(startMs) ? [index] : [])),
    [words, canHear],
  );
  const starts = useMemo(() => startsOf(runs), [runs]);
  const [chosen, setChosen] = useState<number>();
  const at = chosen !== undefined && heard.includes(chosen) ? chosen : heard[0];
  const active = usePlaying(player, ({ state, positionMs }) =>
    state === "playing" ? wordAt(words, positionMs) : -1,
  );
  const frame = useRef<HTMLDivElement>(null);
  useFollowing(frame, active);

  const move = useCallback(
    (event: KeyboardEvent<HTMLElement>) => {
      const here = heard.indexOf(Number(event.currentTarget.dataset.word));
      const to = here < 0 ? undefined : heard[target(event.key, here, heard.length)];
      if (to === undefined) return;
      event.preventDefault();
      setChosen(to);
      frame.current?.querySelector<HTMLElement>(`[data-word="${to}"]`)?.focus();
    },
    [heard],
  );
  const play = useCallback(
    (index: number, startMs: number) => {
      setChosen(index);
      void player.play(startMs);
    },
    [player],
  );

  return (
    <div ref={frame}>
      {runs.map((run, number) => {
        const start = starts[number] ?? 0;
        const within = (index: number | undefined) =>
          index !== undefined && index >= start && index < start + run.length ? index - start : -1;
        return (
          <Run
            key={start}
            words={run}
            start={start}
            active={within(active)}
            stop={within(at)}
            canHear={canHear}
            onPlay={play}
            onMove={move}
          />
        );
      })}
    </div>
  );
}

interface RunProps {
  words: readonly PlacedWord[];
  start: number;
  /** The word that is heard now, and the one that the Tab key stops at; -1 for none of this run. */
  active: number;
  stop: number;
  canHear: Hearing["canHear"];
  onPlay: (index: number, startMs: number) => void;
  onMove: (event: KeyboardEvent<HTMLElement>) => void;
}

const Run = memo(function Run({ words, start, active, stop, canHear, onPlay, onMove }: RunProps) {
  const t = useT("recordings");
  return words.map(({ text, gap, startMs, confidence }, index) => {
    const heard = canHear(startMs);
    const goesOn = heard && canHear(words[index - 1]?.startMs ?? -1);
    const doubt = confidence < unsure;
    const marks = {
      "data-word": start + index,
      "data-active": index === active || undefined,
      "data-unsure": doubt || undefined,
    };
    const word = heard ? (
      <button
        type="button"
        className={styles.word}
        tabIndex={index === stop ? 0 : -1}
        onClick={() => onPlay(start + index, startMs)}
        onKeyDown={onMove}
        {...marks}
      >
        {text}
        {doubt && <VisuallyHidden> ({t("words.unsure")})</VisuallyHidden>}
      </button>
    ) : (
      <span className={styles.word} {...marks}>
        {text}
      </span>
    );
    return (
      <Fragment key={index}>
        {goesOn ? <span className={styles.gap}>{gap}</span> : gap}
        {word}
      </Fragment>
    );
  });
});

/** While a take plays, keep the word that is heard on the screen, unless the person has looked elsewhere. */
function useFollowing(frame: { current: HTMLElement | null }, active: number) {
  const before = useRef(-1);
  useEffect(() => {
    const word = (index: number) => frame.current?.querySelector(`[data-word="${index}"]`);
    const last = word(before.current)?.getBoundingClientRect();
    before.current = active;
    const seen = last && last.bottom > 0 && last.top < window.innerHeight;
    if (active >= 0 && seen) word(active)?.scrollIntoView({ block: "nearest" });
  }, [frame, active]);
}

function startsOf(runs: Props["runs"]): number[] {
  let start = 0;
  return runs.map((run) => (start += run.length) - run.length);
}

function target(key: string, here: number, length: number): number {
  if (key === "ArrowRight") return here + 1;
  if (key === "ArrowLeft") return here - 1;
  if (key === "Home") return 0;
  return key === "End" ? length - 1 : -1;
}
