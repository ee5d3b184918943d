import { act } from "@testing-library/react";
import { vi } from "vitest";
import {
  MicrophoneError,
  type Device,
  type Microphone,
  type MicrophoneProblem,
  type Opening,
} from "@/features/recorder/recording/microphone";
import { studioOf } from "@/features/recorder/studio";
import type { Locks } from "@/features/recorder/takes/locks";
import { memoryStore } from "@/features/recorder/takes/memory-store";
import type { Take } from "@/features/recorder/takes/take";
import type { TakeStore } from "@/features/recorder/takes/take-store";
import type { Post } from "@/features/recorder/upload/post";
import type { Keep } from "@/features/recordings/lib/kept-audio";

/** A microphone that hears what the test says. */
export function fakeMicrophone(own: { problem?: MicrophoneProblem; devices?: readonly Device[] } = {}) {
  const state = { problem: own.problem, loudness: -20, opened: [] as Opening[], closed: 0, paused: false };
  const current = () => {
    const opening = state.opened.at(-1);
    if (!opening) throw new Error("The microphone was not opened.");
    return opening;
  };
  const microphone: Microphone = {
    isSupported: own.problem !== "unsupported",
    devices: () => Promise.resolve(own.devices ?? []),
    watch: () => () => undefined,
    open(opening) {
      if (state.problem) return Promise.reject(new MicrophoneError(state.problem));
      state.opened.push(opening);
      return Promise.resolve({
        contentType: "audio/webm;codecs=opus",
        deviceId: opening.deviceId,
        start: () => undefined,
        pause: () => (state.paused = true),
        resume: () => (state.paused = false),
        stop() {
          opening.onSlice(new Blob(["last"]));
          return Promise.resolve();
        },
        loudness: () => state.loudness,
        close: () => state.closed++,
      });
    },
  };
  return {
    ...microphone,
    state,
    /** What the recorder hands over from time to time. */
    slice: (content: string) => current().onSlice(new Blob([content])),
    lose: () => current().onLost(),
  };
}

/** Locks of several tabs in one test: each call gives another tab's view of the same locks. */
export function fakeLocks(held = new Map<string, Promise<void>>()): Locks {
  async function run(name: string, work: () => Promise<void>) {
    const working = work().finally(() => held.delete(name));
    held.set(
      name,
      working.catch(() => undefined),
    );
    await working;
  }
  return {
    async tryHold(name, work) {
      if (held.has(name)) return false;
      await run(name, work);
      return true;
    },
    async hold(name, work) {
      while (held.has(name)) await held.get(name);
      await run(name, work);
    },
  };
}

interface Own {
  microphone?: Microphone;
  takes?: TakeStore;
  locks?: Locks;
  post?: Post;
  keep?: Keep;
}

/** A studio without a browser; what it posts arrives at once unless the test says otherwise. */
export function fakeStudio(own: Own = {}) {
  const post = vi.fn<Post>((_ticket, _file, { onProgress }) => {
    onProgress(1);
    return Promise.resolve();
  });
  return studioOf({
    microphone: own.microphone ?? fakeMicrophone(),
    takes: own.takes ?? { ...memoryStore(), lasts: true },
    locks: own.locks ?? fakeLocks(),
    post: own.post ?? post,
    keep: own.keep ?? (() => Promise.resolve(true)),
  });
}

/** A take that waits; give what matters to the test. */
export function take(own: Partial<Take> = {}): Take {
  return {
    id: "t1",
    owner: undefined,
    source: "microphone",
    prompt: "What brings you here?",
    contentType: "audio/webm;codecs=opus",
    createdAt: Date.parse("2026-11-01T10:00:00Z"),
    durationMs: 42_000,
    sizeBytes: 0,
    slices: 0,
    state: "kept",
    sending: undefined,
    ...own,
  };
}

/** Put a take with some audio into a store. */
export async function put(takes: TakeStore, own: Partial<Take> = {}, content = "spoken"): Promise<Take> {
  const made = take(own);
  await takes.add(made);
  await takes.append(made.id, new TextEncoder().encode(content).buffer);
  return made;
}

/** Let everything that is due happen. */
export const settle = () => act(() => new Promise((resolve) => setTimeout(resolve, 20)));
