import type { Schemas } from "@/api/types";
import type { Key } from "@/i18n/catalogs";
import { useT } from "@/i18n/i18n";

const prefixes = {
  FACET: "facet",
  BAND: "band",
  DIRECTION: "direction",
  FORMAT: "format",
  STATE: "state",
  ORIGIN: "origin",
  VISIBILITY: "visibility",
  CATEGORY: "report",
} as const;
type Prefix = keyof typeof prefixes;

/** The values of an enum that have a text in the namespace `vocabulary`. */
type Named<P extends Prefix, V extends string> = V extends `${P}_UNSPECIFIED`
  ? V
  : V extends `${P}_${infer Rest}`
    ? `${(typeof prefixes)[P]}.${Rest}` extends Key<"vocabulary">
      ? V
      : never
    : never;

/** The facets in the order in which they are shown. */
export const facets = [
  "FACET_OFFER",
  "FACET_SEEK",
  "FACET_GOAL",
  "FACET_VALUE",
  "FACET_INTEREST",
  "FACET_BACKGROUND",
  "FACET_EXCLUSION",
] as const satisfies readonly Named<"FACET", Schemas["Facet"]>[];

/**
 * Returns what names the contract's words: `word("FACET", fact.facet)`. A value without a text does not compile; one
 * that is newer than this page is “something else”.
 */
export function useWord() {
  const t = useT("vocabulary");
  return <P extends Prefix, V extends string>(prefix: P, value: V & Named<P, V>): string => {
    const key = `${prefixes[prefix]}.${value.slice(prefix.length + 1)}`;
    return t(t.has(key) ? key : "unknown");
  };
}
