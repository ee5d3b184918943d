import { useEffect, useState } from "react";
import { useT } from "@/i18n/i18n";
import { useFormat } from "@/i18n/use-format";
import type { Recorder } from "./recording/recorder";
import { longestMs } from "./takes/limits";
import styles from "./elapsed.module.css";

/** How long the take is by now, and how long it may become. Nobody is told every second. */
export function Elapsed({ recorder }: { recorder: Recorder }) {
  const t = useT("recorder");
  const format = useFormat();
  const [clock, setClock] = useState(() => format.clock(recorder.elapsedMs));
  useEffect(() => {
    const timer = setInterval(() => setClock(format.clock(recorder.elapsedMs)), 200);
    return () => clearInterval(timer);
  }, [recorder, format]);
  return (
    <p className={styles.elapsed}>
      <span role="timer" aria-label={t("elapsed")} className={styles.now}>
        {clock}
      </span>{" "}
      <span className={styles.limit}>{t("limit", { longest: format.clock(longestMs) })}</span>
    </p>
  );
}
