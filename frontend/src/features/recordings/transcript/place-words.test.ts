import { expect, test } from "vitest";
import * as made from "../../../../testing/made";
import { spoken } from "../../../../testing/made-recordings";
import { placeWords, wordAt } from "./place-words";

const together = (transcript: ReturnType<typeof spoken>) =>
  placeWords(transcript)
    .flat()
    .map(({ gap, text }) => gap + text)
    .join("");

test("words stand as the text has them, with its line breaks", () => {
  const transcript = spoken("I sail. I bake bread.");
  const text = "I sail.\n\nI bake  bread.";
  expect(together({ ...transcript, text })).toBe(text);
});

test("a text without words is shown as it is", () => {
  expect(together(made.transcript({ text: "I sail.\nI bake.", segments: [] }))).toBe("I sail.\nI bake.");
});

test("a word that the text has not is shown nevertheless", () => {
  expect(together({ ...spoken("I sail boats."), text: "I boats." })).toBe("I sail boats.");
});

test.each([
  [-1, -1],
  [0, 0],
  [499, 0],
  [500, 1],
  [99_000, 2],
])("at %i ms word %i is said", (ms, index) => {
  const words = placeWords(spoken("one two three")).flat();
  expect(wordAt(words, ms)).toBe(index);
});
