import { useEffect, useRef } from "react";
import { shareOf } from "./recording/hearing";
import type { Recorder } from "./recording/recorder";
import styles from "./level-meter.module.css";

const bars = 40;
const everyMs = 80;

/**
 * The last seconds of the voice as heights. Drawn past React, many times a second; what it means for the take is said
 * in words beside it.
 */
export function LevelMeter({ recorder, runs }: { recorder: Recorder; runs: boolean }) {
  const frame = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!runs) return;
    const history = new Array<number>(bars).fill(0);
    const timer = setInterval(() => {
      history.push(shareOf(recorder.loudness));
      history.shift();
      Array.from(frame.current?.children ?? []).forEach((bar, place) => {
        if (bar instanceof HTMLElement) bar.style.setProperty("--share", String(history[place]));
      });
    }, everyMs);
    return () => clearInterval(timer);
  }, [recorder, runs]);
  return (
    <div ref={frame} className={styles.meter} data-still={!runs || undefined} aria-hidden="true">
      {Array.from({ length: bars }, (_, place) => (
        <span key={place} />
      ))}
    </div>
  );
}
