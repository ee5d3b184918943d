import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { catalog, namespaces } from "./catalogs";
import { names } from "./message";
import { pseudo } from "./pseudo";

/** The same in both languages, and rightly so. */
const alike = new Set([
  "shell.consent.no",
  "shell.language.en",
  "shell.language.es",
  "shell.language.en-XA",
  "shell.title",
  "preferences.km",
]);

const contract = JSON.parse(readFileSync("../gateway/openapi.json", "utf8")) as {
  components: { schemas: { ErrorReason: { enum: string[] } } };
};

describe.each(namespaces)("the texts of %s", (namespace) => {
  const english = () => catalog("en", namespace) ?? {};
  const spanish = () => catalog("es", namespace) ?? {};

  test("are there in every language", () => {
    expect(Object.keys(spanish()).sort()).toEqual(Object.keys(english()).sort());
    expect(Object.keys(english())).not.toEqual([]);
  });

  test("are translated", () => {
    const same = Object.entries(english()).filter(
      ([key, text]) => /\p{L}{2}/u.test(text) && spanish()[key] === text && !alike.has(`${namespace}.${key}`),
    );
    expect(same).toEqual([]);
  });

  test("ask for the same values", () => {
    for (const [key, text] of Object.entries(english())) {
      expect([key, names(spanish()[key] ?? "")]).toEqual([key, names(text)]);
    }
  });

  test("are neither empty nor untidy", () => {
    for (const texts of [english(), spanish()]) {
      for (const text of Object.values(texts)) expect(text).toMatch(/^\S(.*\S)?$/s);
    }
  });

  test("promise nothing with exclamation marks", () => {
    for (const texts of [english(), spanish()]) {
      for (const text of Object.values(texts)) expect(text).not.toMatch(/[!¡]/);
    }
  });

  test("survive the pseudo-locale", () => {
    for (const text of Object.values(english())) expect(names(pseudo(text))).toEqual(names(text));
  });
});

test("every reason of the contract has a sentence", () => {
  const texts = catalog("en", "errors") ?? {};
  const reasons = contract.components.schemas.ErrorReason.enum;
  expect(reasons.length).toBeGreaterThan(40);
  expect(reasons.filter((reason) => !(reason in texts))).toEqual([]);
});
