import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { fakeLocks, fakeMicrophone, take as takeOf } from "../../../../testing/fake-studio";
import { longestMs } from "../takes/limits";
import { memoryStore } from "../takes/memory-store";
import { recoverTakes } from "../takes/recover-takes";
import { StoreFull } from "../takes/take-store";
import { Recorder } from "./recorder";

const start = { owner: undefined, prompt: "What brings you here?", deviceId: undefined };

function set(own: Parameters<typeof fakeMicrophone>[0] = {}) {
  const microphone = fakeMicrophone(own);
  const takes = memoryStore();
  const held = new Map<string, Promise<void>>();
  const recorder = new Recorder({ microphone, takes, locks: fakeLocks(held), now: () => Date.now() });
  return { microphone, takes, recorder, held };
}

/** Let time pass, with a slice each half second. */
async function speak({ microphone }: ReturnType<typeof set>, seconds: number) {
  for (let half = 0; half < seconds * 2; half++) {
    await vi.advanceTimersByTimeAsync(500);
    microphone.slice("x");
  }
  await vi.advanceTimersByTimeAsync(0);
}

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe("a take", () => {
  test("is kept slice by slice while it is recorded", async () => {
    const all = set();
    await all.recorder.start(start);
    expect(all.recorder.state()).toEqual({ step: "recording", hearing: "fine", warned: false });
    await speak(all, 3);
    const [take] = await all.takes.list();
    expect(take).toMatchObject({ state: "recording", slices: 6, prompt: start.prompt, durationMs: 3_000 });
    expect(all.recorder.elapsedMs).toBe(3_000);
  });

  test("ends with the last slice, and lets go of the microphone", async () => {
    const all = set();
    await all.recorder.start(start);
    await speak(all, 1);
    await all.recorder.stop();
    const [take] = await all.takes.list();
    expect(all.recorder.state()).toEqual({ step: "done", take: take?.id, ending: "stopped" });
    expect(await (await all.takes.audio(take?.id ?? "")).text()).toBe("xxlast");
    expect(take?.state).toBe("kept");
    expect(all.microphone.state.closed).toBe(1);
    expect(all.held.size).toBe(0);
  });

  test("does not count its pauses", async () => {
    const all = set();
    await all.recorder.start(start);
    await speak(all, 2);
    all.recorder.pause();
    expect(all.microphone.state.paused).toBe(true);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(all.recorder.elapsedMs).toBe(2_000);
    expect(all.recorder.state()).toMatchObject({ step: "paused", hearing: "fine" });
    all.recorder.resume();
    await speak(all, 1);
    expect(all.recorder.elapsedMs).toBe(3_000);
  });

  test("is said to be quiet while it is spoken, and fine again", async () => {
    const all = set();
    all.microphone.state.loudness = -55;
    await all.recorder.start(start);
    await speak(all, 5);
    expect(all.recorder.state()).toMatchObject({ hearing: "quiet" });
    all.microphone.state.loudness = -20;
    await speak(all, 1);
    expect(all.recorder.state()).toMatchObject({ hearing: "fine" });
  });

  test("warns before its longest, and ends there", async () => {
    const all = set();
    await all.recorder.start(start);
    await speak(all, longestMs / 1000 - 20);
    expect(all.recorder.state()).toMatchObject({ step: "recording", warned: true });
    await speak(all, 20);
    expect(all.recorder.state()).toMatchObject({ step: "done", ending: "long" });
    const [take] = await all.takes.list();
    expect(take?.durationMs).toBeLessThan(longestMs);
  });

  test("ends before it is too big to be sent", async () => {
    const all = set();
    await all.recorder.start(start);
    all.microphone.slice("y".repeat(24_600_000));
    await vi.advanceTimersByTimeAsync(100);
    expect(all.recorder.state()).toMatchObject({ step: "done", ending: "big" });
  });

  test("is kept when the microphone goes away", async () => {
    const all = set();
    await all.recorder.start(start);
    await speak(all, 2);
    all.microphone.lose();
    await vi.advanceTimersByTimeAsync(100);
    expect(all.recorder.state()).toMatchObject({ step: "done", ending: "lost" });
  });

  test("ends with what there is when the browser has no more room", async () => {
    const all = set();
    await all.recorder.start(start);
    await speak(all, 2);
    vi.spyOn(all.takes, "append").mockRejectedValue(new StoreFull());
    await speak(all, 1);
    expect(all.recorder.state()).toMatchObject({ step: "done", ending: "full" });
    expect(await all.takes.list()).toMatchObject([{ slices: 4, state: "kept" }]);
  });

  test("is recovered after a crash, but not while another tab records it", async () => {
    const all = set();
    await all.recorder.start(start);
    await speak(all, 2);
    await recoverTakes(all.takes, fakeLocks(all.held));
    expect(await all.takes.list()).toMatchObject([{ state: "recording" }]);
    await recoverTakes(all.takes, fakeLocks()); // the tab is gone, and its locks with it
    expect(await all.takes.list()).toMatchObject([{ state: "kept", slices: 4, durationMs: 2_000 }]);
  });

  test("that has nothing in it is no take", async () => {
    const { takes } = set();
    await takes.add(takeOf({ state: "recording" }));
    await recoverTakes(takes, fakeLocks());
    expect(await takes.list()).toEqual([]);
  });
});

describe("a start", () => {
  test.each(["refused", "missing", "busy"] as const)("says that the microphone is %s", async (problem) => {
    const { recorder, takes } = set({ problem });
    await recorder.start(start);
    expect(recorder.state()).toEqual({ step: "ready", problem });
    expect(await takes.list()).toEqual([]);
  });

  test("that was given up while the browser asked records nothing", async () => {
    const { recorder, microphone, takes } = set();
    const starting = recorder.start(start);
    await recorder.stop();
    await starting;
    expect(recorder.state()).toEqual({ step: "ready" });
    expect(microphone.state.closed).toBe(1);
    expect(await takes.list()).toEqual([]);
  });

  test("pressed twice is one", async () => {
    const { recorder, microphone } = set();
    await Promise.all([recorder.start(start), recorder.start(start)]);
    expect(microphone.state.opened).toHaveLength(1);
  });

  test("uses the microphone that was chosen", async () => {
    const { recorder, microphone } = set();
    await recorder.start({ ...start, deviceId: "usb" });
    expect(microphone.state.opened[0]?.deviceId).toBe("usb");
  });
});
