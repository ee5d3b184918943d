import { recordingOf, type Locks } from "../takes/locks";
import { contentTypeOf, stopAtBytes, stopAtMs, warnAtMs } from "../takes/limits";
import { newTake } from "../takes/take";
import { StoreFull, type TakeStore } from "../takes/take-store";
import { Listener, type Hearing } from "./hearing";
import { MicrophoneError, type Capture, type Microphone, type MicrophoneProblem } from "./microphone";
import { Stopwatch } from "./stopwatch";

/** Why a take ended: the person stopped it, or one of the other things did. */
export type Ending = "stopped" | "long" | "big" | "lost" | "full";

export type RecorderState =
  | { readonly step: "ready"; readonly problem?: MicrophoneProblem | "full" }
  | { readonly step: "asking" }
  | {
      readonly step: "recording" | "paused";
      readonly hearing: Hearing;
      /** The end is near. */
      readonly warned: boolean;
    }
  | { readonly step: "finishing" }
  | { readonly step: "done"; readonly take: string; readonly ending: Ending };

export interface RecorderParts {
  microphone: Microphone;
  takes: TakeStore;
  locks: Locks;
  now?: () => number;
}

export interface Start {
  owner: string | undefined;
  prompt: string;
  deviceId: string | undefined;
}

/** A crash loses what is not in a slice yet: at most half of the second that is promised. */
const sliceMs = 500;
const lookMs = 100;

interface Running {
  take: string;
  capture: Capture;
  watch: Stopwatch;
  listener: Listener;
  /** Slices are written one after the other; this is the last of them. */
  written: Promise<void>;
  bytes: number;
  timer: ReturnType<typeof setInterval>;
  release: () => void;
}

/**
 * Records one take at a time. Each slice goes to the store when it comes and is not kept here: ten minutes need no more
 * memory than one.
 */
export class Recorder {
  readonly #parts: Required<RecorderParts>;
  readonly #listeners = new Set<() => void>();
  #state: RecorderState = { step: "ready" };
  #running: Running | undefined;
  /** Counts the attempts, so that one that was given up while the browser asked does not begin after all. */
  #attempt = 0;

  constructor(parts: RecorderParts) {
    this.#parts = { now: () => performance.now(), ...parts };
  }

  readonly state = (): RecorderState => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  get elapsedMs(): number {
    return this.#running?.watch.elapsedMs ?? 0;
  }

  /** In dBFS. */
  get loudness(): number {
    return this.#state.step === "recording" ? (this.#running?.capture.loudness() ?? -Infinity) : -Infinity;
  }

  async start(start: Start): Promise<void> {
    if (this.#running || this.#state.step === "asking") return;
    const attempt = ++this.#attempt;
    this.#become({ step: "asking" });
    try {
      await this.#begin(start, attempt);
    } catch (error) {
      if (attempt !== this.#attempt) return;
      this.#become({ step: "ready", problem: problemOf(error) });
    }
  }

  pause(): void {
    if (this.#state.step !== "recording" || !this.#running) return;
    this.#running.capture.pause();
    this.#running.watch.halt();
    this.#running.listener.reset();
    this.#become({ ...this.#state, step: "paused", hearing: "fine" });
  }

  resume(): void {
    if (this.#state.step !== "paused" || !this.#running) return;
    this.#running.capture.resume();
    this.#running.watch.run();
    this.#become({ ...this.#state, step: "recording" });
  }

  /** End the take and keep it. */
  async stop(): Promise<void> {
    this.#attempt++;
    if (this.#state.step === "asking") this.#become({ step: "ready" });
    await this.#finish("stopped");
  }

  /** Be ready for another one. */
  reset(): void {
    if (!this.#running) this.#become({ step: "ready" });
  }

  async #begin({ owner, prompt, deviceId }: Start, attempt: number): Promise<void> {
    const { microphone, takes, now } = this.#parts;
    const capture = await microphone.open({
      deviceId,
      onSlice: (slice) => this.#keep(slice),
      onLost: () => void this.#finish("lost"),
    });
    if (attempt !== this.#attempt) {
      capture.close();
      return;
    }
    const contentType = contentTypeOf(capture.contentType) ?? "audio/webm";
    const take = newTake({ owner, source: "microphone", prompt, contentType }, Date.now());
    try {
      await takes.add(take);
    } catch (error) {
      capture.close();
      throw error;
    }
    if (attempt !== this.#attempt) {
      capture.close();
      return takes.remove(take.id);
    }
    this.#running = {
      take: take.id,
      capture,
      watch: new Stopwatch(now),
      listener: new Listener(),
      written: Promise.resolve(),
      bytes: 0,
      timer: setInterval(() => this.#look(), lookMs),
      release: this.#hold(take.id),
    };
    capture.start(sliceMs);
    this.#running.watch.run();
    this.#become({ step: "recording", hearing: "fine", warned: false });
  }

  /** Other tabs see by the lock that this take is alive. */
  #hold(take: string): () => void {
    let release: () => void = () => undefined;
    const ended = new Promise<void>((resolve) => (release = resolve));
    void this.#parts.locks.hold(recordingOf(take), () => ended);
    return release;
  }

  #keep(slice: Blob): void {
    const running = this.#running;
    if (!running) return;
    const elapsed = running.watch.elapsedMs;
    running.bytes += slice.size;
    running.written = running.written
      .then(async () => this.#parts.takes.append(running.take, await slice.arrayBuffer(), elapsed))
      .catch(() => void this.#finish("full"));
    this.#check(running);
  }

  #look(): void {
    const running = this.#running;
    if (!running || this.#state.step !== "recording") return;
    const hearing = running.listener.hear(running.capture.loudness(), running.watch.elapsedMs);
    const warned = running.watch.elapsedMs >= warnAtMs;
    if (hearing !== this.#state.hearing || warned !== this.#state.warned) {
      this.#become({ step: "recording", hearing, warned });
    }
    this.#check(running);
  }

  #check({ watch, bytes }: Running): void {
    if (watch.elapsedMs >= stopAtMs) void this.#finish("long");
    else if (bytes >= stopAtBytes) void this.#finish("big");
  }

  async #finish(ending: Ending): Promise<void> {
    const running = this.#running;
    if (!running || this.#state.step === "finishing") return;
    this.#become({ step: "finishing" });
    clearInterval(running.timer);
    running.watch.halt();
    await running.capture.stop().catch(() => undefined); // broken: what came before is kept
    running.capture.close();
    await running.written;
    this.#running = undefined;
    await this.#close(running.take, ending);
    running.release();
  }

  async #close(id: string, ending: Ending): Promise<void> {
    const { takes } = this.#parts;
    const take = await takes.get(id);
    if (take && take.slices > 0) {
      await takes.change(id, { state: "kept" });
      this.#become({ step: "done", take: id, ending });
      return;
    }
    await takes.remove(id);
    if (ending === "full") this.#become({ step: "ready", problem: "full" });
    else this.#become(ending === "lost" ? { step: "ready", problem: "broken" } : { step: "ready" });
  }

  #become(state: RecorderState): void {
    this.#state = state;
    this.#listeners.forEach((listener) => listener());
  }
}

function problemOf(error: unknown): MicrophoneProblem | "full" {
  if (error instanceof MicrophoneError) return error.problem;
  return error instanceof StoreFull ? "full" : "broken";
}
