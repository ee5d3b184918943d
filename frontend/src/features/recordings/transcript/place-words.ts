import type { Schemas } from "@/api/types";

/** A word with what stands before it in the text: a space, a line break, or nothing. */
export interface PlacedWord {
  readonly text: string;
  readonly gap: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly confidence: number;
}

/** The words of a transcript as its text has them, in runs. Without words it is one run with the text as it is. */
export function placeWords({ text, segments }: Schemas["Transcript"]): readonly (readonly PlacedWord[])[] {
  const runs: PlacedWord[][] = [];
  let at = 0;
  for (const { words } of segments) {
    const run = words.map((word) => {
      const found = text.indexOf(word.text, at);
      const start = found < 0 ? at : found;
      const gap = found < 0 ? " " : text.slice(at, start);
      if (found >= 0) at = start + word.text.length;
      return { ...word, gap };
    });
    if (run.length > 0) runs.push(run);
  }
  if (runs.length > 0) return runs;
  return [[{ text, gap: "", startMs: 0, endMs: 0, confidence: 1 }]];
}

/** The word that is being said at a time: the last one that has begun, until the next one does; -1 before the first. */
export function wordAt(words: readonly { startMs: number }[], ms: number): number {
  let low = 0;
  let high = words.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((words[middle]?.startMs ?? Infinity) <= ms) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
