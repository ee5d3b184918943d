import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Unreachable } from "@/api/api-error";
import { fakeLocks, put } from "../../../../testing/fake-studio";
import * as made from "../../../../testing/made";
import type { Keep } from "@/features/recordings/lib/kept-audio";
import { memoryStore } from "../takes/memory-store";
import { Desk } from "./desk";
import { UploadCut, UploadRefused, type Post } from "./post";
import type { Recordings } from "./recordings";

const ticket = { url: "http://store.test/", fields: {}, expireTime: "2099-01-01T00:00:00Z" };

function fakeRecordings() {
  return {
    create: vi.fn<Recordings["create"]>(() =>
      Promise.resolve({
        recording: made.recording({ name: "recordings/r1", state: "STATE_UPLOADING" }),
        ticket,
      }),
    ),
    complete: vi.fn<Recordings["complete"]>(() => Promise.resolve(made.recording({ name: "recordings/r1" }))),
    remove: vi.fn<Recordings["remove"]>(() => Promise.resolve()),
  };
}

/** Two tabs at the same store. */
function set() {
  const takes = memoryStore();
  const held = new Map<string, Promise<void>>();
  const post = vi.fn<Post>(() => Promise.resolve());
  const keep = vi.fn<Keep>(() => Promise.resolve(true));
  const tab = () => new Desk({ takes, locks: fakeLocks(held), post, keep });
  return { takes, post, keep, tab, desk: tab(), recordings: fakeRecordings() };
}

/** An upload that goes on until it is told how to end. */
function held(post: ReturnType<typeof set>["post"]) {
  let end: (error?: Error) => void = () => undefined;
  post.mockImplementationOnce(
    (_ticket, _file, { signal }) =>
      new Promise((resolve, reject) => {
        end = (error) => (error ? reject(error) : resolve());
        signal.addEventListener("abort", () => reject(signal.reason as Error));
      }),
  );
  return (error?: Error) => end(error);
}

beforeEach(() => vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
afterEach(() => vi.useRealTimers());

const until = (what: () => void) => vi.waitFor(what);

describe("the desk", () => {
  test("removes a take from the browser once it has arrived, not before", async () => {
    const { desk, takes, post, recordings } = set();
    await put(takes, { id: "a" });
    const end = held(post);
    const sending = desk.send("a", "ada", recordings);
    await until(() => expect(desk.outgoing("a")).toEqual({ step: "sending", share: 0 }));
    expect(await takes.get("a")).toMatchObject({ owner: "ada" });
    end();
    await sending;
    expect(desk.outgoing("a")).toEqual({ step: "done", recording: "recordings/r1" });
    expect(await takes.list()).toEqual([]);
  });

  test("leaves the sound to be heard by whoever sent it, once it has arrived", async () => {
    const { desk, takes, keep, recordings } = set();
    await put(takes, { id: "a" }, "spoken");
    await desk.send("a", "ada", recordings);
    expect(keep).toHaveBeenCalledExactlyOnceWith("ada", "recordings/r1", expect.any(Blob));
    expect(await keep.mock.calls[0]?.[2].text()).toBe("spoken");
  });

  test("has sent what it sent, also where no room is left for the sound", async () => {
    const { desk, takes, keep, recordings } = set();
    keep.mockResolvedValue(false);
    await put(takes, { id: "a" });
    await desk.send("a", "ada", recordings);
    expect(desk.outgoing("a")).toEqual({ step: "done", recording: "recordings/r1" });
  });

  test("waits when the network is cut, and goes on by itself with the same key", async () => {
    const { desk, takes, post, recordings } = set();
    await put(takes, { id: "a" });
    post.mockRejectedValueOnce(new UploadCut());
    const sending = desk.send("a", "ada", recordings);
    await until(() => expect(desk.outgoing("a")).toMatchObject({ step: "waiting" }));
    await vi.advanceTimersByTimeAsync(2_000);
    await sending;
    expect(desk.outgoing("a")).toMatchObject({ step: "done" });
    expect(new Set(recordings.create.mock.calls.map(([key]) => key)).size).toBe(1);
  });

  test.each(["the network is back", "the person wants it"])("goes on at once when %s", async (why) => {
    const { desk, takes, recordings } = set();
    await put(takes, { id: "a" });
    recordings.create.mockRejectedValueOnce(new Unreachable());
    const sending = desk.send("a", "ada", recordings);
    await until(() => expect(desk.outgoing("a")).toMatchObject({ step: "waiting" }));
    if (why === "the person wants it") desk.hurry("a");
    else window.dispatchEvent(new Event("online"));
    await sending;
    expect(desk.outgoing("a")).toMatchObject({ step: "done" });
  });

  test("does not upload one take from two tabs", async () => {
    const { desk, tab, takes, post, recordings } = set();
    await put(takes, { id: "a" });
    const end = held(post);
    const other = tab();
    const first = desk.send("a", "ada", recordings);
    await until(() => expect(post).toHaveBeenCalledOnce());
    const second = other.send("a", "ada", recordings);
    await until(() => expect(other.outgoing("a")).toEqual({ step: "elsewhere" }));
    end();
    await Promise.all([first, second]);
    expect(post).toHaveBeenCalledOnce();
    expect(other.outgoing("a")).toEqual({ step: "done", recording: undefined });
  });

  test("sent twice in one tab sends once", async () => {
    const { desk, takes, post, recordings } = set();
    await put(takes, { id: "a" });
    await Promise.all([desk.send("a", "ada", recordings), desk.send("a", "ada", recordings)]);
    expect(post).toHaveBeenCalledOnce();
  });

  test("stops when it is told to: the take stays, what the API has of it goes", async () => {
    const { desk, takes, post, recordings } = set();
    await put(takes, { id: "a" });
    held(post);
    const sending = desk.send("a", "ada", recordings);
    await until(() => expect(desk.outgoing("a")).toMatchObject({ step: "sending" }));
    await desk.cancel("a", recordings);
    await sending;
    expect(desk.outgoing("a")).toBeUndefined();
    expect(recordings.remove).toHaveBeenCalledWith("recordings/r1");
    expect(await takes.get("a")).toMatchObject({ state: "kept", sending: undefined });
  });

  test("keeps what was refused, and says why", async () => {
    const { desk, takes, post, recordings } = set();
    await put(takes, { id: "a" });
    const refusal = new UploadRefused(400);
    post.mockRejectedValueOnce(refusal);
    await desk.send("a", "ada", recordings);
    expect(desk.outgoing("a")).toEqual({ step: "failed", error: refusal });
    expect(await takes.list()).toHaveLength(1);
  });

  test("sends nobody's take under another name", async () => {
    const { desk, takes, recordings } = set();
    await put(takes, { id: "a", owner: "ada" });
    await desk.send("a", "max", recordings);
    expect(desk.outgoing("a")).toMatchObject({ step: "failed" });
    expect(recordings.create).not.toHaveBeenCalled();
    expect(await takes.get("a")).toMatchObject({ owner: "ada" });
  });
});
