import type { Ticket } from "./recordings";

interface Options {
  signal: AbortSignal;
  /** How much of the file has left, between 0 and 1. */
  onProgress: (share: number) => void;
}

/** Brings a file to where its ticket says. Throws `UploadCut` or `UploadRefused`. */
export type Post = (ticket: Ticket, file: Blob, options: Options) => Promise<void>;

/** The network went away on the way. */
export class UploadCut extends Error {
  override readonly name = "UploadCut";
}

/** The store did not take it. */
export class UploadRefused extends Error {
  override readonly name = "UploadRefused";
  readonly status: number;

  constructor(status: number) {
    super(`The upload was answered with ${status}.`);
    this.status = status;
  }
}

/** Some networks die without a word. */
const silenceMs = 30_000;

/** By XMLHttpRequest, because `fetch` tells nothing about how far an upload is. */
export const postByXhr: Post = (ticket, file, { signal, onProgress }) =>
  new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    let silence: ReturnType<typeof setTimeout> | undefined;
    const listen = () => {
      clearTimeout(silence);
      silence = setTimeout(() => request.abort(), silenceMs);
    };
    const abort = () => request.abort();
    const end = (error?: Error) => {
      clearTimeout(silence);
      signal.removeEventListener("abort", abort);
      if (error) reject(error);
      else resolve();
    };

    request.upload.addEventListener("progress", ({ loaded, total }) => {
      listen();
      if (total > 0) onProgress(loaded / total);
    });
    request.addEventListener("load", () => {
      const { status } = request;
      if (status >= 200 && status < 300) end();
      else end(status >= 500 || status === 429 ? new UploadCut() : new UploadRefused(status));
    });
    request.addEventListener("error", () => end(new UploadCut()));
    request.addEventListener("abort", () => end(signal.aborted ? aborted(signal) : new UploadCut()));
    signal.addEventListener("abort", abort);

    const form = new FormData();
    for (const [name, value] of Object.entries(ticket.fields)) form.append(name, value);
    form.append("file", file);
    request.open("POST", ticket.url);
    listen();
    request.send(form);
  });

function aborted(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new DOMException("Cancelled", "AbortError");
}
