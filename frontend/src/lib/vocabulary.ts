import type { Schemas } from "@/api/types";
import type { Key } from "@/i18n/catalogs";

/**
 * The texts for the words of the contract, in the namespace `vocabulary`: `t(word("FACET", fact.facet))`. A value of
 * an enum that has no text does not compile; one that is newer than this page has none.
 */
type Word = Key<"vocabulary">;

type Named<P extends string, K extends string, V extends string> = V extends `${P}_${infer Rest}`
  ? `${K}.${Rest}` extends Word
    ? V
    : never
  : never;

export type FacetName = Named<"FACET", "facet", Schemas["Facet"]>;

/** The facets in the order in which they are shown. */
export const facets = [
  "FACET_OFFER",
  "FACET_SEEK",
  "FACET_GOAL",
  "FACET_VALUE",
  "FACET_INTEREST",
  "FACET_BACKGROUND",
  "FACET_EXCLUSION",
] as const satisfies readonly FacetName[];

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

/** The key of a word; `value` is what the API sent. */
export function word<P extends Prefix, V extends string>(
  prefix: P,
  value: V & Named<P, (typeof prefixes)[P], V>,
): Word {
  return `${prefixes[prefix]}.${value.slice(prefix.length + 1)}` as Word;
}
