import { ApiError, canRetry } from "@/api/api-error";
import type { Keep } from "@/features/recordings/lib/kept-audio";
import { sendingOf, type Locks } from "../takes/locks";
import { isOpenTo } from "../takes/take";
import type { TakeStore } from "../takes/take-store";
import { deliver, type DeliveryStep } from "./deliver";
import { UploadCut, type Post } from "./post";
import type { Recordings } from "./recordings";

export type Outgoing =
  | DeliveryStep
  /** The network is away; goes on by itself. */
  | { readonly step: "waiting"; readonly error: unknown }
  /** Another tab is sending it. */
  | { readonly step: "elsewhere" }
  | { readonly step: "signed-out" }
  | { readonly step: "failed"; readonly error: unknown }
  /** It arrived; without a name when another tab sent it. */
  | { readonly step: "done"; readonly recording: string | undefined };

interface Parts {
  takes: TakeStore;
  locks: Locks;
  post: Post;
  /** Where the sound of what was sent stays to be heard; `KeptAudio.keep`. */
  keep: Keep;
}

/** How long to wait after each cut; the last one for ever after. */
const pauses = [2_000, 5_000, 15_000, 30_000, 60_000];

/** Sends takes. It lives as long as the page, so that leaving the screen interrupts nothing. */
export class Desk {
  readonly #parts: Parts;
  readonly #outgoing = new Map<string, Outgoing>();
  readonly #running = new Map<string, AbortController>();
  readonly #wakes = new Map<string, () => void>();
  readonly #listeners = new Set<() => void>();

  constructor(parts: Parts) {
    this.#parts = parts;
    window.addEventListener("online", () => this.#wakes.forEach((wake) => wake()));
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** What is happening to a take; nothing unless somebody sent it. */
  outgoing(id: string): Outgoing | undefined {
    return this.#outgoing.get(id);
  }

  /** The take that was sent first and is not forgotten yet. */
  readonly first = (): string | undefined => this.#outgoing.keys().next().value;

  /** Send a take for a person. Sending it again while it is on its way changes nothing, but ends a wait. */
  async send(id: string, owner: string, recordings: Recordings): Promise<void> {
    if (this.#running.has(id)) return this.#wakes.get(id)?.();
    const controller = new AbortController();
    const { signal } = controller;
    this.#running.set(id, controller);
    this.#become(id, { step: "preparing" });
    const { locks } = this.#parts;
    try {
      const work = () => this.#insist(id, owner, recordings, signal);
      if (!(await locks.tryHold(sendingOf(id), work))) {
        this.#become(id, { step: "elsewhere" });
        await locks.hold(sendingOf(id), work, signal);
      }
    } catch (error) {
      if (!signal.aborted) this.#become(id, failure(error));
    } finally {
      if (this.#running.get(id) === controller) this.#running.delete(id);
    }
  }

  /** Go on at once instead of waiting. */
  hurry(id: string): void {
    this.#wakes.get(id)?.();
  }

  /** Stop sending and keep the take; what the API has of it is removed. */
  async cancel(id: string, recordings: Recordings): Promise<void> {
    this.#running.get(id)?.abort(new DOMException("Cancelled", "AbortError"));
    this.#running.delete(id);
    this.#become(id, undefined);
    const begun = (await this.#parts.takes.get(id))?.sending?.recording;
    await this.#parts.takes.change(id, { sending: undefined });
    // Should it fail: what never arrives is given up by the services after a while.
    if (begun !== undefined) await recordings.remove(begun).catch(() => undefined);
  }

  /** Forget how it ended. */
  clear(id: string): void {
    if (!this.#running.has(id)) this.#become(id, undefined);
  }

  /** Deliver, again and again while only the network is to blame. */
  async #insist(id: string, owner: string, recordings: Recordings, signal: AbortSignal): Promise<void> {
    const { takes, post } = this.#parts;
    for (let cuts = 0; ; cuts++) {
      signal.throwIfAborted();
      const found = await takes.get(id);
      if (!found) {
        this.#become(id, { step: "done", recording: undefined });
        return;
      }
      if (!isOpenTo(found, owner)) throw new Error("This take is somebody else's.");
      const take = (await takes.change(id, { owner })) ?? found;
      try {
        const onStep = (step: DeliveryStep) => !signal.aborted && this.#become(id, step);
        const recording = await deliver(take, { takes, recordings, post, onStep, signal });
        await this.#keepSound(id, owner, recording);
        await takes.remove(id);
        this.#become(id, { step: "done", recording });
        return;
      } catch (error) {
        if (signal.aborted || !(error instanceof UploadCut || canRetry(error))) throw error;
        this.#become(id, { step: "waiting", error });
        await this.#pause(id, pauses[Math.min(cuts, pauses.length - 1)] ?? 0, signal);
      }
    }
  }

  /** Being heard again is a comfort: what was sent is not undone when there is no room for it. */
  async #keepSound(id: string, owner: string, recording: string): Promise<void> {
    const { takes, keep } = this.#parts;
    await takes.audio(id).then(
      (audio) => keep(owner, recording, audio),
      () => false,
    );
  }

  #pause(id: string, ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const go = () => {
        clearTimeout(timer);
        signal.removeEventListener("abort", go);
        this.#wakes.delete(id);
        resolve();
      };
      const timer = setTimeout(go, ms);
      signal.addEventListener("abort", go);
      this.#wakes.set(id, go);
    });
  }

  #become(id: string, outgoing: Outgoing | undefined): void {
    if (outgoing) this.#outgoing.set(id, outgoing);
    else this.#outgoing.delete(id);
    this.#listeners.forEach((listener) => listener());
  }
}

function failure(error: unknown): Outgoing {
  if (error instanceof ApiError && error.status === 401) return { step: "signed-out" };
  return { step: "failed", error };
}
