import type account from "./en/account.json";
import type common from "./en/common.json";
import type connections from "./en/connections.json";
import type errors from "./en/errors.json";
import type matches from "./en/matches.json";
import type moderation from "./en/moderation.json";
import type preferences from "./en/preferences.json";
import type profile from "./en/profile.json";
import type recorder from "./en/recorder.json";
import type recordings from "./en/recordings.json";
import type search from "./en/search.json";
import type session from "./en/session.json";
import type shell from "./en/shell.json";
import type vocabulary from "./en/vocabulary.json";
import { once } from "@/lib/settled";
import type { Locale } from "./locale";
import { pseudo } from "./pseudo";

/** The texts by where they are shown; a feature has a namespace of its own. */
export interface Catalogs {
  account: typeof account;
  common: typeof common;
  connections: typeof connections;
  errors: typeof errors;
  matches: typeof matches;
  moderation: typeof moderation;
  preferences: typeof preferences;
  profile: typeof profile;
  recorder: typeof recorder;
  recordings: typeof recordings;
  search: typeof search;
  session: typeof session;
  shell: typeof shell;
  vocabulary: typeof vocabulary;
}
export type Namespace = keyof Catalogs;
export type Key<N extends Namespace> = keyof Catalogs[N] & string;
export type Texts = Readonly<Record<string, string>>;

const files = import.meta.glob<Texts>("./{en,es}/*.json", { import: "default" });
const loaders = new Map<string, () => Promise<Texts>>();

/** The texts of a namespace; they are fetched once. */
export function loadCatalog(locale: Locale, namespace: Namespace): Promise<Texts> {
  const name = `${locale}/${namespace}`;
  let load = loaders.get(name);
  if (!load) {
    load = once(() => fetchTexts(locale, namespace));
    loaders.set(name, load);
  }
  return load();
}

async function fetchTexts(locale: Locale, namespace: Namespace): Promise<Texts> {
  const file = files[`./${locale === "en-XA" ? "en" : locale}/${namespace}.json`];
  if (!file) throw new Error(`There are no texts ${locale}/${namespace}.`);
  const texts = await file();
  if (locale !== "en-XA") return texts;
  return Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, pseudo(text)]));
}

/** The namespaces there are, by their English files. */
export const namespaces = Object.keys(files)
  .filter((file) => file.startsWith("./en/"))
  .map((file) => file.slice("./en/".length, -".json".length) as Namespace);
