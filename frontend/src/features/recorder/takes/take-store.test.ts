import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { forgetTakes } from "../lib/forget-takes";
import { put, take } from "../../../../testing/fake-studio";
import { browserStore } from "./browser-store";
import { memoryStore } from "./memory-store";
import { StoreFull, type TakeStore } from "./take-store";

beforeEach(() => {
  vi.stubGlobal("indexedDB", new IDBFactory());
});

const bytes = (text: string) => new TextEncoder().encode(text).buffer;

describe.each([
  ["in the browser", browserStore],
  ["in memory", () => Promise.resolve(memoryStore())],
])("takes %s", (_where, open: () => Promise<TakeStore>) => {
  test("give their slices back as one, in order, with what is known of them", async () => {
    const takes = await open();
    await takes.add(take({ id: "a", durationMs: undefined }));
    await takes.add(take({ id: "b" }));
    for (let n = 0; n < 12; n++) await takes.append("a", bytes(`${n},`), (n + 1) * 500);
    await takes.append("b", bytes("other"));
    const audio = await takes.audio("a");
    expect(await audio.text()).toBe("0,1,2,3,4,5,6,7,8,9,10,11,");
    expect(audio.type).toBe("audio/webm;codecs=opus");
    expect(await takes.get("a")).toMatchObject({ slices: 12, sizeBytes: 26, durationMs: 6_000 });
  });

  test("are gone with their audio when they are removed", async () => {
    const takes = await open();
    await put(takes, { id: "a" });
    await takes.remove("a");
    expect(await takes.list()).toEqual([]);
    expect((await takes.audio("a")).size).toBe(0);
    await takes.append("a", bytes("late"));
    expect((await takes.audio("a")).size).toBe(0);
  });

  test("change in part, and tell so", async () => {
    const takes = await open();
    await put(takes, { id: "a" });
    const told = vi.fn();
    const stop = takes.subscribe(told);
    expect(await takes.change("a", { owner: "ada" })).toMatchObject({ owner: "ada", slices: 1 });
    expect(told).toHaveBeenCalledOnce();
    expect(await takes.change("nowhere", { owner: "ada" })).toBeUndefined();
    stop();
    await takes.remove("a");
    expect(told).toHaveBeenCalledOnce();
  });

  test("of an account are forgotten with it, those of others are not", async () => {
    const takes = await open();
    await put(takes, { id: "a", owner: "ada" });
    await put(takes, { id: "b", owner: "max" });
    await takes.keepDraft({ owner: "ada", text: "Mine", sent: undefined });
    await takes.keepDraft({ owner: undefined, text: "Nobody's", sent: undefined });
    await forgetTakes("ada", takes);
    expect((await takes.list()).map(({ id }) => id)).toEqual(["b"]);
    expect(await takes.draft("ada")).toBeUndefined();
    expect(await takes.draft(undefined)).toMatchObject({ text: "Nobody's" });
  });
});

describe("takes in the browser", () => {
  test("are there for the next page", async () => {
    await put(await browserStore(), { id: "a" }, "kept");
    expect(await (await (await browserStore()).audio("a")).text()).toBe("kept");
  });

  test("tell other tabs of a change", async () => {
    const here = await browserStore();
    const there = await browserStore();
    const told = vi.fn();
    there.subscribe(told);
    await here.add(take());
    await vi.waitFor(() => expect(told).toHaveBeenCalled());
  });

  test("say when there is no room", async () => {
    const takes = await browserStore();
    await takes.add(take({ id: "a" }));
    vi.spyOn(IDBObjectStore.prototype, "put").mockImplementation(() => {
      throw new DOMException("full", "QuotaExceededError");
    });
    await expect(takes.append("a", bytes("more"))).rejects.toBeInstanceOf(StoreFull);
  });
});
