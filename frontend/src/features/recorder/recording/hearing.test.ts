import { describe, expect, test } from "vitest";
import { Listener, shareOf } from "./hearing";

/** Ten looks a second at the same loudness. */
function hear(listener: Listener, loudness: number, fromMs: number, toMs: number) {
  let heard = listener.hear(loudness, fromMs);
  for (let at = fromMs + 100; at <= toMs; at += 100) heard = listener.hear(loudness, at);
  return heard;
}

describe("a voice", () => {
  test("that is loud enough is fine", () => {
    expect(hear(new Listener(), -25, 0, 10_000)).toBe("fine");
  });

  test("that is quiet is said to be so after some seconds, not at once", () => {
    const listener = new Listener();
    expect(hear(listener, -52, 0, 3_900)).toBe("fine");
    expect(hear(listener, -52, 4_000, 4_200)).toBe("quiet");
  });

  test("that is not there at all is another matter", () => {
    expect(hear(new Listener(), -Infinity, 0, 5_000)).toBe("silent");
  });

  test("may pause between sentences", () => {
    const listener = new Listener();
    hear(listener, -20, 0, 5_000);
    expect(hear(listener, -70, 5_100, 8_500)).toBe("fine");
    expect(hear(listener, -70, 8_600, 9_200)).toBe("silent");
  });

  test("is fine again with one loud word", () => {
    const listener = new Listener();
    hear(listener, -52, 0, 6_000);
    expect(listener.hear(-30, 6_100)).toBe("fine");
  });

  test("is judged anew after a pause", () => {
    const listener = new Listener();
    hear(listener, -Infinity, 0, 6_000);
    listener.reset();
    expect(hear(listener, -Infinity, 6_100, 9_000)).toBe("fine");
  });
});

test("the height of the meter stays between nothing and all", () => {
  expect(shareOf(-Infinity)).toBe(0);
  expect(shareOf(-33)).toBeCloseTo(0.5);
  expect(shareOf(3)).toBe(1);
});
