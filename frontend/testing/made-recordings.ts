import type { Schemas } from "@/api/types";
import * as made from "./made";

type Event = Schemas["WatchRecordingResponse"];
type Recording = Schemas["Recording"];

/** A recording at a step, as the stream tells it. */
export function at(
  state: Recording["state"],
  stage: Recording["stage"] = "STAGE_UNSPECIFIED",
  own: Partial<Recording> = {},
): Recording {
  return made.recording({ state, stage, progress: 0, ...own });
}

export function changed(recording: Recording, partialTranscript = ""): Event {
  return { recording, partialTranscript };
}

export function ended(recording: Recording): Event {
  return { ended: { recording, deleted: false }, partialTranscript: "" };
}

/** A transcript with a word every half second; words in brackets were hard to hear. */
export function spoken(text: string, own: Partial<Schemas["Transcript"]> = {}): Schemas["Transcript"] {
  let startMs = 0;
  const plain = text.replace(/[[\]]/g, "");
  const segments = text.match(/[^.]+\.?/g)?.map((sentence) => {
    const words = sentence
      .trim()
      .split(" ")
      .map((word) => {
        const confidence = word.startsWith("[") ? 0.3 : 0.95;
        const timed = { text: word.replace(/[[\]]/g, ""), startMs, endMs: startMs + 450, confidence };
        startMs += 500;
        return timed;
      });
    return { text: words.map((word) => word.text).join(" "), words };
  });
  return made.transcript({ text: plain, segments: segments ?? [], ...own });
}

/** A fact of recording r1 with a quote at a place in it. */
export function said(
  name: string,
  quote: string,
  [startMs, endMs]: readonly [number, number],
  own: Partial<Schemas["Fact"]> = {},
  where: Partial<Schemas["Evidence"]> = {},
): Schemas["Fact"] {
  return made.fact({
    name: `facts/${name}`,
    text: quote,
    evidence: {
      recording: "recordings/r1",
      quote,
      startMs,
      endMs,
      startChar: 0,
      endChar: quote.length,
      typed: false,
      ...where,
    },
    ...own,
  });
}

/** A promise to be kept by the test: what a stream or an answer waits for. */
export function gate() {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}
