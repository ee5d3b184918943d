import { ApiError, canRetry, Unreachable } from "@/api/api-error";
import { answer, type Api } from "@/api/client";
import { follow } from "@/api/stream";
import type { Schemas } from "@/api/types";
import { isUnderWay } from "./progress";

type Recording = Schemas["Recording"];
type Event = Schemas["WatchRecordingResponse"];

/** What one knows while a recording is on its way. */
export interface News {
  /** It has changed. */
  recording?: Recording | undefined;
  /** The text so far. */
  partial?: string;
  /** How the news comes: as it happens, not at the moment, or by asking every few seconds. */
  connection?: Connection;
  /** It was deleted meanwhile. */
  deleted?: true;
}
export type Connection = "open" | "cut" | "polling" | "lost";

/** So often a connection is made again without any news before asking takes its place. */
const mostCuts = 4;
const pauses = [400, 1_200];
const pollMs = 3_000;

/** Tell what happens to a recording until it has come to an end; throws what asking again cannot help. */
export async function watch(api: Api, recording: string, tell: (news: News) => void, signal: AbortSignal) {
  let cuts = 0;
  const onReconnect = () => {
    cuts += 1;
    if (cuts > mostCuts) throw new Error("The stream is cut again and again.");
    tell({ connection: "cut" });
  };
  const open = async (connection: AbortSignal) => {
    const params = { path: { recording } };
    const options = { params, parseAs: "stream", signal: connection } as const;
    const body = await answer(api.GET("/v1/recordings/{recording}:watch", options));
    if (!body) throw new Unreachable("An answer without a body");
    return body;
  };
  let last = "";
  while (cuts <= mostCuts) {
    try {
      for await (const event of follow<Event>({ open, isLast, signal, onReconnect, pauses })) {
        const news = newsOf(event);
        if (news) tell({ ...news, connection: "open" });
        if (event.ended) return;
        const now = JSON.stringify([event.recording, event.partialTranscript]);
        if (event.recording && now !== last) [last, cuts] = [now, 0];
      }
      cuts += 1; // it was given up on the other side
      tell({ connection: "cut" });
      await pause(pauses[0] ?? 0, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof ApiError && !canRetry(error)) throw error;
      break;
    }
  }
  await poll(api, recording, tell, signal);
}

async function poll(api: Api, recording: string, tell: (news: News) => void, signal: AbortSignal) {
  tell({ connection: "polling" });
  for (;;) {
    await pause(pollMs, signal);
    try {
      const params = { path: { recording } };
      const now = await answer(api.GET("/v1/recordings/{recording}", { params, signal }));
      tell({ recording: now, connection: "polling" });
      if (!isUnderWay(now)) return;
    } catch (error) {
      signal.throwIfAborted();
      if (!canRetry(error)) throw error;
      tell({ connection: "lost" });
    }
  }
}

function isLast({ ended, error }: Event): boolean {
  return ended !== undefined || error !== undefined;
}

function newsOf({ recording, ended, partialTranscript }: Event): News | undefined {
  if (ended) return ended.deleted ? { deleted: true } : { recording: ended.recording };
  if (!recording) return undefined;
  return partialTranscript ? { recording, partial: partialTranscript } : { recording };
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener(
      "abort",
      () => {
        clearTimeout(timer);
        reject(new DOMException("No longer watched", "AbortError"));
      },
      { once: true },
    );
  });
}
