import type { Schemas } from "@/api/types";

type Weights = Schemas["Preferences"]["weights"];
type Facet = Schemas["Facet"];

/** The facets that count in a ranking, in the order in which they are shown. */
export const weighable = [
  "FACET_OFFER",
  "FACET_SEEK",
  "FACET_GOAL",
  "FACET_VALUE",
  "FACET_INTEREST",
  "FACET_BACKGROUND",
] as const;

/** The weight of a facet; one that is missing is 1. A tenth is as fine as it gets. */
export function weightOf(weights: Weights, facet: Facet): number {
  return tenths(weights.find((weight) => weight.facet === facet)?.weight ?? 1);
}

/** The weights with one of them changed; those that are 1 are left out, as they say nothing. */
export function withWeight(weights: Weights, facet: Facet, weight: number): Weights {
  const others = weights.filter((known) => known.facet !== facet);
  const all = tenths(weight) === 1 ? others : [...others, { facet, weight: tenths(weight) }];
  return all.sort((a, b) => order(a.facet) - order(b.facet));
}

/** What both make together, within the bounds that the contract gives. */
export function effective(preferred: number, learned: number): number {
  return Math.min(2.25, Math.max(0.25, preferred * learned));
}

function tenths(weight: number): number {
  return Math.round(weight * 10) / 10;
}

/** The contract's order, in which the API gives them back. */
const contract: readonly Facet[] = [
  "FACET_OFFER",
  "FACET_SEEK",
  "FACET_VALUE",
  "FACET_INTEREST",
  "FACET_BACKGROUND",
  "FACET_GOAL",
];

function order(facet: Facet): number {
  return contract.indexOf(facet);
}
