import { createContext, use, useEffect, useMemo, type ReactNode } from "react";
import { loadCatalog, type Key, type Namespace } from "./catalogs";
import type { Locale } from "./locale";
import { fill, type Value } from "./message";

interface Language {
  readonly locale: Locale;
  readonly setLocale: (locale: Locale) => void;
}

const Context = createContext<Language>({ locale: "en", setLocale: () => undefined });

/** The language of everything inside, and of the document. */
export function LanguageProvider(props: Language & { children: ReactNode }) {
  const { locale, setLocale, children } = props;
  useEffect(() => {
    document.documentElement.lang = locale;
    // Once nothing can be fetched, it is too late for the texts that say so.
    void loadCatalog(locale, "errors").catch(() => undefined);
  }, [locale]);
  const language = useMemo(() => ({ locale, setLocale }), [locale, setLocale]);
  return <Context value={language}>{children}</Context>;
}

export function useLanguage(): Language {
  return use(Context);
}

/** Gives the text of a key, filled in. */
export interface Translate<N extends Namespace> {
  (key: Key<N>, values?: Readonly<Record<string, Value>>): string;
  /** The same where a value is an element, for example a link in the middle of a sentence. */
  rich: (key: Key<N>, values: Readonly<Record<string, ReactNode>>) => ReactNode[];
  /** Whether there is a text: for keys that come from the API. */
  has: (key: string) => key is Key<N>;
}

/** The texts of a namespace in the current language; suspends until they are there. */
export function useT<N extends Namespace>(namespace: N): Translate<N> {
  const { locale } = use(Context);
  const texts = use(loadCatalog(locale, namespace));
  return useMemo(() => {
    const text = (key: string) => {
      const found = texts[key];
      if (found === undefined) throw new Error(`There is no text ${locale}/${namespace}: ${key}.`);
      return found;
    };
    const t = (key: Key<N>, values: Readonly<Record<string, Value>> = {}) =>
      fill(text(key), values, locale).join("");
    return Object.assign(t, {
      rich: (key: Key<N>, values: Readonly<Record<string, ReactNode>>) => fill(text(key), values, locale),
      has: (key: string): key is Key<N> => Object.hasOwn(texts, key),
    });
  }, [texts, locale, namespace]);
}
