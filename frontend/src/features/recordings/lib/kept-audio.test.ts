import "fake-indexeddb/auto";
import { beforeEach, expect, test } from "vitest";
import { browserAudio, type KeptAudio } from "./kept-audio";

let kept: KeptAudio;
beforeEach(async () => {
  kept = await browserAudio(crypto.randomUUID());
});

const sound = (text: string) => new Blob([text], { type: "audio/webm" });

test("a take can be heard again by whoever made it", async () => {
  expect(await kept.keep("ada", "recordings/r1", sound("hello"))).toBe(true);
  const found = await kept.find("ada", "recordings/r1");
  expect(await found?.text()).toBe("hello");
  expect(found?.type).toBe("audio/webm");
});

test("nobody else on this computer hears it", async () => {
  await kept.keep("ada", "recordings/r1", sound("hello"));
  expect(await kept.find("bo", "recordings/r1")).toBeUndefined();
});

test("the oldest makes room, after twenty", async () => {
  for (let n = 1; n <= 21; n++) await kept.keep("ada", `recordings/r${n}`, sound("hello"));
  const found = await Promise.all([1, 2, 21].map((n) => kept.find("ada", `recordings/r${n}`)));
  expect(found.map((audio) => audio !== undefined)).toEqual([false, true, true]);
});

test("it is removed with its recording, and with its person", async () => {
  await kept.keep("ada", "recordings/r1", sound("one"));
  await kept.keep("ada", "recordings/r2", sound("two"));
  await kept.keep("bo", "recordings/r3", sound("three"));
  await kept.remove("recordings/r1");
  expect(await kept.find("ada", "recordings/r1")).toBeUndefined();
  await kept.forget("ada");
  expect(await kept.find("ada", "recordings/r2")).toBeUndefined();
  expect(await kept.find("bo", "recordings/r3")).toBeDefined();
});
