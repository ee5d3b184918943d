import type { Schemas } from "@/api/types";

/** The id of a facet's heading: where the focus goes when what had it is gone. */
export function facetHeadingId(facet: Schemas["Facet"]): string {
  return `statements-${facet}`;
}
