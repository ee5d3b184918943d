/** Whether a voice can be understood: judged while it speaks, so that nobody talks ten minutes for nothing. */
export type Hearing = "fine" | "quiet" | "silent";

/** How long nothing may be heard before it is said: people breathe and think. */
const patienceMs = 4_000;
/** The services refuse speech below -50 dBFS; what is just above is hard to understand. */
const quietBelow = -45;
const silentBelow = -65;

interface Sample {
  at: number;
  loudness: number;
}

/** Judges the loudest moment of the last seconds. */
export class Listener {
  #samples: Sample[] = [];
  #since: number | undefined;

  hear(loudness: number, at: number): Hearing {
    this.#since ??= at;
    this.#samples = this.#samples.filter((sample) => at - sample.at <= patienceMs);
    this.#samples.push({ at, loudness });
    const loudest = Math.max(...this.#samples.map((sample) => sample.loudness));
    if (loudest >= quietBelow || at - this.#since < patienceMs) return "fine";
    return loudest < silentBelow ? "silent" : "quiet";
  }

  /** Begin anew: after a pause, silence before it says nothing. */
  reset(): void {
    this.#samples = [];
    this.#since = undefined;
  }
}

/** Loudness as a share between 0 and 1, as people see it: speech fills the upper half. */
export function shareOf(loudness: number): number {
  return Math.min(1, Math.max(0, (loudness + 60) / 54));
}
