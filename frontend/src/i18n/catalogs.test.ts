import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { loadCatalog, namespaces, type Texts } from "./catalogs";
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
  let en: Texts;
  let es: Texts;
  beforeAll(async () => {
    [en, es] = await Promise.all([loadCatalog("en", namespace), loadCatalog("es", namespace)]);
  });

  test("are there in every language", () => {
    expect(Object.keys(es).sort()).toEqual(Object.keys(en).sort());
    expect(Object.keys(en)).not.toEqual([]);
  });

  test("are translated", () => {
    const same = Object.entries(en).filter(
      ([key, text]) => /\p{L}{2}/u.test(text) && es[key] === text && !alike.has(`${namespace}.${key}`),
    );
    expect(same).toEqual([]);
  });

  test("ask for the same values", () => {
    for (const [key, text] of Object.entries(en)) {
      expect([key, names(es[key] ?? "")]).toEqual([key, names(text)]);
    }
  });

  test("are neither empty nor untidy", () => {
    for (const texts of [en, es]) {
      for (const text of Object.values(texts)) expect(text).toMatch(/^\S(.*\S)?$/s);
    }
  });

  test("promise nothing with exclamation marks", () => {
    for (const texts of [en, es]) {
      for (const text of Object.values(texts)) expect(text).not.toMatch(/[!¡]/);
    }
  });

  test("survive the pseudo-locale", () => {
    for (const text of Object.values(en)) expect(names(pseudo(text))).toEqual(names(text));
  });
});

test("every reason of the contract has a sentence", async () => {
  const texts = await loadCatalog("en", "errors");
  const reasons = contract.components.schemas.ErrorReason.enum;
  expect(reasons.length).toBeGreaterThan(40);
  expect(reasons.filter((reason) => !(reason in texts))).toEqual([]);
});
