import { ApiError } from "@/api/api-error";
import { newSending, type Sending, type Take } from "../takes/take";
import type { TakeStore } from "../takes/take-store";
import { digest } from "./digest";
import { UploadRefused, type Post } from "./post";
import type { Recordings, Ticket } from "./recordings";

export type DeliveryStep =
  | { readonly step: "preparing" }
  | { readonly step: "sending"; readonly share: number }
  | { readonly step: "confirming" };

export interface DeliveryParts {
  takes: TakeStore;
  recordings: Recordings;
  post: Post;
  onStep: (step: DeliveryStep) => void;
  signal: AbortSignal;
  now?: () => number;
}

/** So often a ticket, or the recording it was for, is replaced before it is given up. */
const tries = 3;

/**
 * Bring a take to the API: announce it, upload it, say that it is there. How far it came is kept with the take, so that
 * another call goes on from there and makes no second recording. Gives the recording's name; throws what went wrong.
 */
export async function deliver(take: Take, parts: DeliveryParts): Promise<string> {
  const { takes, recordings, onStep, signal } = parts;
  let sending = take.sending ?? newSending();
  const keep = async (next: Sending) => {
    sending = next;
    await takes.change(take.id, { sending });
  };

  onStep({ step: "preparing" });
  const file = await takes.audio(take.id);
  const announced = {
    contentType: take.contentType,
    sizeBytes: file.size,
    sha256: await digest(file),
    prompt: take.prompt,
  };

  for (let left = tries; ; left--) {
    signal.throwIfAborted();
    try {
      if (!sending.uploaded || sending.recording === undefined) {
        await keep(sending); // the keys first: a crash after the call must find them
        const { recording, ticket } = await recordings.create(sending.createKey, announced);
        if (!ticket && recording.failure?.reason !== "UPLOAD_NEVER_ARRIVED") return recording.name;
        if (!ticket) throw new Over();
        await keep({ ...sending, recording: recording.name });
        await upload(file, ticket, parts);
        await keep({ ...sending, uploaded: true });
      }
      signal.throwIfAborted();
      onStep({ step: "confirming" });
      return (await recordings.complete(sending.completeKey, sending.recording ?? "")).name;
    } catch (error) {
      const next = left > 1 ? remedy(error, sending) : undefined;
      if (!next) throw error;
      await keep(next);
    }
  }
}

/** Nothing arrived for this recording in time; there has to be another one. */
class Over extends Error {}
/** The ticket ran out meanwhile; the recording gives another one. */
class TicketOver extends Error {}

async function upload(file: Blob, ticket: Ticket, { post, onStep, signal, now = Date.now }: DeliveryParts) {
  onStep({ step: "sending", share: 0 });
  try {
    await post(ticket, file, { signal, onProgress: (share) => onStep({ step: "sending", share }) });
  } catch (error) {
    const over = ticket.expireTime !== undefined && now() >= new Date(ticket.expireTime).getTime() - 5_000;
    if (error instanceof UploadRefused && error.status === 403 && over) throw new TicketOver();
    throw error;
  }
}

/** What to go on with after an error; nothing where going on does not help. */
function remedy(error: unknown, sending: Sending): Sending | undefined {
  if (error instanceof TicketOver) return sending;
  if (error instanceof Over) return newSending();
  if (!(error instanceof ApiError)) return undefined;
  if (error.reason === "UPLOAD_MISSING")
    return { ...sending, completeKey: crypto.randomUUID(), uploaded: false };
  // The recording was given up or deleted on the other side; this browser still has all of it.
  if (error.reason === "TICKET_EXPIRED" || error.reason === "RECORDING_NOT_FOUND") return newSending();
  return error.reason === "REQUEST_ID_REUSED" ? newSending() : undefined;
}
