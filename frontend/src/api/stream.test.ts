import { describe, expect, test, vi } from "vitest";
import { ApiError } from "./api-error";
import { follow, readLines } from "./stream";

interface Event {
  n?: number;
  last?: boolean;
}

function body(...chunks: string[]): ReadableStream<Uint8Array<ArrayBuffer>> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    start(controller) {
      chunks.forEach((chunk) => controller.enqueue(encoder.encode(chunk)));
      controller.close();
    },
  });
}

async function all<T>(events: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const event of events) found.push(event);
  return found;
}

const isLast = (event: Event) => event.last === true;
const { signal } = new AbortController();

test("lines are put together however they were cut", async () => {
  expect(await all(readLines(body('{"n":1}\n{"n"', ':2}\n\n{"n":3}\n')))).toEqual([
    { n: 1 },
    { n: 2 },
    { n: 3 },
  ]);
});

test("a line without its end is no event", async () => {
  expect(await all(readLines(body('{"n":1}\n{"n":2}')))).toEqual([{ n: 1 }]);
});

describe("following a stream", () => {
  test("ends with the last event, and asks for nothing more", async () => {
    const open = vi.fn(() => Promise.resolve(body('{"n":1}\n{"last":true}\n{"n":9}\n')));
    expect(await all(follow<Event>({ open, isLast, signal }))).toEqual([{ n: 1 }, { last: true }]);
    expect(open).toHaveBeenCalledOnce();
  });

  test("asks again when it was cut, and when nobody answers", async () => {
    const open = vi
      .fn<() => Promise<ReadableStream<Uint8Array<ArrayBuffer>>>>()
      .mockResolvedValueOnce(body('{"n":1}\n'))
      .mockRejectedValueOnce(new TypeError("net"))
      .mockResolvedValueOnce(body('{"last":true}\n'));
    const onReconnect = vi.fn();
    const events = follow<Event>({ open, isLast, signal, pauses: [0, 0], onReconnect });
    expect(await all(events)).toEqual([{ n: 1 }, { last: true }]);
    expect(onReconnect).toHaveBeenCalledTimes(2);
  });

  test("gives up after several failures in a row", async () => {
    const open = vi.fn(() => Promise.resolve(body()));
    await expect(all(follow<Event>({ open, isLast, signal, pauses: [0, 0] }))).rejects.toThrow(
      "again and again",
    );
    expect(open).toHaveBeenCalledTimes(3);
  });

  test("does not insist where asking again cannot help", async () => {
    const open = vi.fn(() => Promise.reject(new ApiError(404, {})));
    await expect(all(follow<Event>({ open, isLast, signal, pauses: [0] }))).rejects.toBeInstanceOf(ApiError);
    expect(open).toHaveBeenCalledOnce();
  });

  test("takes silence for a dead connection", async () => {
    const open = vi
      .fn<(signal: AbortSignal) => Promise<ReadableStream<Uint8Array<ArrayBuffer>>>>()
      .mockImplementationOnce(
        (connection) =>
          new Promise((_, reject) =>
            connection.addEventListener("abort", () => reject(new Error("silence")), { once: true }),
          ),
      )
      .mockResolvedValueOnce(body('{"last":true}\n'));
    const events = follow<Event>({ open, isLast, signal, silenceMs: 5, pauses: [0] });
    expect(await all(events)).toEqual([{ last: true }]);
  });

  test("stops when it is told to", async () => {
    const control = new AbortController();
    const open = vi.fn(() => Promise.resolve(body('{"n":1}\n{"n":2}\n')));
    const seen: Event[] = [];
    const reading = (async () => {
      for await (const event of follow<Event>({ open, isLast, signal: control.signal, pauses: [0] })) {
        seen.push(event);
        control.abort(new Error("enough"));
      }
    })();
    await expect(reading).rejects.toThrow("enough");
    expect(open).toHaveBeenCalledOnce();
  });
});
