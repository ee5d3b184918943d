import { describe, expect, test, vi } from "vitest";
import { recordingsOf } from "./recordings";
import { deliver, type DeliveryStep } from "./deliver";
import { UploadCut, UploadRefused, type Post } from "./post";
import { fakeApi, refuse, unreachable, type Call, type Handlers } from "../../../../testing/fake-api";
import { put } from "../../../../testing/fake-studio";
import * as made from "../../../../testing/made";
import { memoryStore } from "../takes/memory-store";

type Create = Call<"POST /v1/recordings">;

const uploading = (name: string) => made.recording({ name, state: "STATE_UPLOADING", progress: 0 });
const inTime = "2099-01-01T00:00:00Z";

async function set(own: { post?: Post; handlers?: Handlers } = {}) {
  const takes = memoryStore();
  const take = await put(takes, { id: "t1" }, "spoken words");
  const created: Create[] = [];
  const completed: string[] = [];
  const handlers: Handlers = {
    "POST /v1/recordings": (call) => {
      created.push(call);
      const ticket = { url: "http://store.test/", fields: { key: `k${created.length}` }, expireTime: inTime };
      return { recording: uploading("recordings/r1"), ticket };
    },
    "POST /v1/recordings/{recording}:complete": ({ headers }) => {
      completed.push(headers.get("idempotency-key") ?? "");
      return made.recording({ name: "recordings/r1", state: "STATE_QUEUED" });
    },
    ...own.handlers,
  };
  const post = vi.fn<Post>(own.post ?? (() => Promise.resolve()));
  const steps: DeliveryStep[] = [];
  const controller = new AbortController();
  const parts = {
    takes,
    post,
    recordings: recordingsOf(fakeApi(handlers)),
    onStep: (step: DeliveryStep) => steps.push(step),
    signal: controller.signal,
  };
  const again = async () => deliver((await takes.get("t1")) ?? take, parts);
  return { takes, take, created, completed, post, steps, controller, again };
}

const keys = (calls: readonly Create[]) => calls.map(({ headers }) => headers.get("idempotency-key"));

describe("a delivery", () => {
  test("announces, uploads and completes", async () => {
    const all = await set({
      post: (_ticket, _file, { onProgress }) => {
        onProgress(0.5);
        return Promise.resolve();
      },
    });
    expect(await all.again()).toBe("recordings/r1");
    expect(all.created[0]?.body).toEqual({
      prompt: "What brings you here?",
      spoken: {
        contentType: "audio/webm;codecs=opus",
        sizeBytes: "12",
        sha256: "3b0ebac3f41bafd2cf0a211e8df21f9d73877250bcccbacf74948e9546cf761b",
      },
    });
    expect(all.post.mock.calls[0]?.[0].fields).toEqual({ key: "k1" });
    expect(await all.post.mock.calls[0]?.[1].text()).toBe("spoken words");
    expect(all.steps).toEqual([
      { step: "preparing" },
      { step: "sending", share: 0 },
      { step: "sending", share: 0.5 },
      { step: "confirming" },
    ]);
  });

  test("that was cut goes on with the same key and a new ticket", async () => {
    const all = await set();
    all.post.mockRejectedValueOnce(new UploadCut());
    await expect(all.again()).rejects.toBeInstanceOf(UploadCut);
    expect(await all.again()).toBe("recordings/r1");
    expect(new Set(keys(all.created)).size).toBe(1);
    expect(all.post.mock.calls[1]?.[0].fields).toEqual({ key: "k2" });
  });

  test("whose last call was cut does not upload again", async () => {
    let cut = true;
    const all = await set({
      handlers: {
        "POST /v1/recordings/{recording}:complete": () => {
          if (cut) throw unreachable();
          return made.recording({ name: "recordings/r1", state: "STATE_QUEUED" });
        },
      },
    });
    await expect(all.again()).rejects.toThrow();
    cut = false;
    expect(await all.again()).toBe("recordings/r1");
    expect(all.post).toHaveBeenCalledOnce();
    expect(all.created).toHaveLength(1);
  });

  test("that was completed before a crash makes no second recording", async () => {
    const all = await set({
      handlers: {
        "POST /v1/recordings": () => ({
          recording: made.recording({ name: "recordings/r1", state: "STATE_QUEUED" }),
        }),
      },
    });
    expect(await all.again()).toBe("recordings/r1");
    expect(all.post).not.toHaveBeenCalled();
    expect(all.completed).toEqual([]);
  });

  test("takes another ticket when its own has expired", async () => {
    const created: Create[] = [];
    const all = await set({
      handlers: {
        "POST /v1/recordings": (call) => {
          created.push(call);
          const expireTime = created.length === 1 ? "2020-01-01T00:00:00Z" : inTime;
          const ticket = { url: "http://store.test/", fields: {}, expireTime };
          return { recording: uploading("recordings/r1"), ticket };
        },
      },
    });
    all.post.mockRejectedValueOnce(new UploadRefused(403));
    expect(await all.again()).toBe("recordings/r1");
    expect(new Set(keys(created)).size).toBe(1);
    expect(all.post).toHaveBeenCalledTimes(2);
  });

  test("makes another recording when the first was given up meanwhile", async () => {
    const created: Create[] = [];
    const given = { reason: "UPLOAD_NEVER_ARRIVED", message: "", retryable: false } as const;
    const all = await set({
      handlers: {
        "POST /v1/recordings": (call) => {
          created.push(call);
          if (created.length === 1) {
            return {
              recording: made.recording({ name: "recordings/r0", state: "STATE_FAILED", failure: given }),
            };
          }
          const ticket = { url: "http://store.test/", fields: {}, expireTime: inTime };
          return { recording: uploading("recordings/r1"), ticket };
        },
      },
    });
    expect(await all.again()).toBe("recordings/r1");
    expect(new Set(keys(created)).size).toBe(2);
  });

  test.each(["TICKET_EXPIRED", "RECORDING_NOT_FOUND"] as const)("begins anew after %s", async (reason) => {
    let refused = true;
    const all = await set({
      handlers: {
        "POST /v1/recordings/{recording}:complete": () => {
          if (refused) {
            refused = false;
            throw refuse(400, reason);
          }
          return made.recording({ name: "recordings/r1", state: "STATE_QUEUED" });
        },
      },
    });
    expect(await all.again()).toBe("recordings/r1");
    expect(new Set(keys(all.created)).size).toBe(2);
    expect(all.post).toHaveBeenCalledTimes(2);
  });

  test("uploads again when nothing arrived, and gives up in the end", async () => {
    const all = await set({
      handlers: {
        "POST /v1/recordings/{recording}:complete": () => {
          throw refuse(400, "UPLOAD_MISSING");
        },
      },
    });
    await expect(all.again()).rejects.toMatchObject({ reason: "UPLOAD_MISSING" });
    expect(all.post).toHaveBeenCalledTimes(3);
    expect(new Set(keys(all.created)).size).toBe(1);
  });

  test("that the store refuses is not tried again by itself", async () => {
    const all = await set({ post: () => Promise.reject(new UploadRefused(400)) });
    await expect(all.again()).rejects.toMatchObject({ status: 400 });
    expect(all.post).toHaveBeenCalledOnce();
  });

  test("that lacks a consent says so", async () => {
    const all = await set({
      handlers: {
        "POST /v1/recordings": () => {
          throw refuse(400, "CONSENT_REQUIRED", { purpose: "TRANSCRIBE" });
        },
      },
    });
    await expect(all.again()).rejects.toMatchObject({ reason: "CONSENT_REQUIRED" });
  });
});
