/** The languages of the page. `en-XA` is no language: it shows what a translation would break. */
export const locales = ["en", "es", "en-XA"] as const;
export type Locale = (typeof locales)[number];

/** Those that people choose from. */
export const languages = ["en", "es"] as const satisfies readonly Locale[];

const key = "timbre.language";

export function isLocale(text: string | null): text is Locale {
  return locales.some((locale) => locale === text);
}

/** What was asked for in the address (`?lang=`), chosen before, or is the browser's; English otherwise. */
export function preferredLocale(search: string, storage: Storage, wanted: readonly string[]): Locale {
  const asked = new URLSearchParams(search).get("lang");
  if (isLocale(asked)) return asked;
  const chosen = storage.getItem(key);
  if (isLocale(chosen)) return chosen;
  for (const tag of wanted) {
    const language = languages.find((known) => tag.toLowerCase().split("-")[0] === known);
    if (language) return language;
  }
  return "en";
}

export function keepLocale(locale: Locale, storage: Storage): void {
  storage.setItem(key, locale);
}
