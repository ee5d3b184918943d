import "@testing-library/jest-dom/vitest";
import { cleanup, configure } from "@testing-library/react";
import { afterEach, beforeAll } from "vitest";
import { loadCatalog, namespaces } from "@/i18n/catalogs";
import { locales } from "@/i18n/locale";

// Screens are fetched the first time that they are shown, on a machine that may be busy.
configure({ asyncUtilTimeout: 8_000 });

beforeAll(async () => {
  // The texts are fetched by namespace; here they are all there, so that screens do not wait for them.
  await Promise.all(locales.flatMap((locale) => namespaces.map((name) => loadCatalog(locale, name))));
});

afterEach(() => {
  cleanup();
  localStorage.clear();
  sessionStorage.clear();
});

// What jsdom lacks and the page uses.
window.scrollTo = () => undefined;
Element.prototype.scrollIntoView = () => undefined;
HTMLCanvasElement.prototype.getContext = () => null;
