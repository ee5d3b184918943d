import type { Schemas } from "@/api/types";

type Recording = Schemas["Recording"];
export type Step = Exclude<Recording["stage"], "STAGE_UNSPECIFIED">;

const spoken = ["STAGE_CHECK", "STAGE_TRANSCRIBE", "STAGE_ANALYZE", "STAGE_INDEX"] as const;
const typed = ["STAGE_ANALYZE", "STAGE_INDEX"] as const;

/** The steps that a recording goes through; what was typed needs no listening. */
export function stepsOf({ origin }: Recording): readonly Step[] {
  return origin === "ORIGIN_TYPED" ? typed : spoken;
}

/** Whether there will be news: it waits for a worker, or one is at work. */
export function isMoving({ state }: Recording): boolean {
  return state === "STATE_QUEUED" || state === "STATE_TRANSCRIBING" || state === "STATE_ANALYZING";
}

/** Whether it has not come to an end, also while its sound has not arrived. */
export function isUnderWay({ state }: Recording): boolean {
  return state !== "STATE_READY" && state !== "STATE_FAILED";
}

/** Whether there may be a transcript to read. */
export function mayBeWritten({ state }: Recording): boolean {
  return state === "STATE_ANALYZING" || state === "STATE_READY" || state === "STATE_FAILED";
}

/** The step at work, or the one that it waits for. */
export function stepAtWork(recording: Recording): Step {
  if (recording.stage !== "STAGE_UNSPECIFIED") return recording.stage;
  if (recording.state === "STATE_ANALYZING" || recording.origin === "ORIGIN_TYPED") return "STAGE_ANALYZE";
  return recording.state === "STATE_TRANSCRIBING" ? "STAGE_TRANSCRIBE" : "STAGE_CHECK";
}

/** The length of a take in milliseconds, once it is known; the API writes `12.5s`. */
export function durationMs({ duration }: Recording): number | undefined {
  return duration === undefined ? undefined : Math.round(parseFloat(duration) * 1000);
}
