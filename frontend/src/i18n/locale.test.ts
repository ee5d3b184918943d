import { expect, test } from "vitest";
import { keepLocale, preferredLocale } from "./locale";

test("the address goes before what was chosen, and that before the browser", () => {
  expect(preferredLocale("", localStorage, ["de-DE", "es-MX", "en"])).toBe("es");
  keepLocale("en", localStorage);
  expect(preferredLocale("", localStorage, ["es"])).toBe("en");
  expect(preferredLocale("?lang=en-XA", localStorage, ["es"])).toBe("en-XA");
});

test("English is for everybody else", () => {
  expect(preferredLocale("?lang=fr", localStorage, ["fr"])).toBe("en");
});
