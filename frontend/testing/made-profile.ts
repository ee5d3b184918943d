import type { Schemas } from "@/api/types";
import { fact } from "./made";

/** A profile of several facets, as a screen shows them, newest first. */
export const facts: Schemas["Fact"][] = [
  fact(),
  fact({
    name: "facts/f2",
    facet: "FACET_SEEK",
    text: "Somebody to photograph pottery",
    evidence: {
      recording: "recordings/r1",
      quote: "I am looking for somebody to photograph my pottery, because nobody sees it in my shed.",
      startMs: 12_400,
      endMs: 17_000,
      startChar: 34,
      endChar: 120,
      typed: false,
    },
    confidence: 0.48,
    etag: "e2",
  }),
  fact({
    name: "facts/f3",
    facet: "FACET_VALUE",
    text: "Keeps promises, also small ones",
    evidence: {
      recording: "recordings/r2",
      quote: "I would rather promise little and keep it.",
      startMs: 0,
      endMs: 0,
      startChar: 0,
      endChar: 42,
      typed: true,
    },
    source: "SOURCE_USER",
    confidence: 1,
    etag: "e3",
  }),
  fact({
    name: "facts/f6",
    facet: "FACET_INTEREST",
    text: "I love street markets, old movies and long walks by the sea",
    evidence: {
      recording: "recordings/r1",
      quote: "I love street markets, old movies and long walks by the sea",
      startMs: 20_900,
      endMs: 24_100,
      startChar: 130,
      endChar: 189,
      typed: false,
    },
    etag: "e6",
  }),
  own({ name: "facts/f4", facet: "FACET_GOAL", text: "Cross the Channel in a boat I built", hidden: true }),
  own({ name: "facts/f5", facet: "FACET_EXCLUSION", text: "Nothing with cryptocurrencies" }),
];

/** A fact in the user's own words that was never said. */
export function own(its: Partial<Schemas["Fact"]>): Schemas["Fact"] {
  const written: Schemas["Fact"] = fact({ source: "SOURCE_USER", confidence: 1, analyzer: "" });
  delete (written as Partial<Record<keyof Schemas["Fact"], unknown>>).evidence;
  return { ...written, ...its };
}

export function card(its: Partial<Schemas["ProfileCard"]> = {}): Schemas["ProfileCard"] {
  return {
    name: "profile/card",
    displayName: "Ada",
    headline: "Sails and throws pots",
    languages: ["en", "es"],
    visible: true,
    clipsShared: false,
    facts: facts.filter(({ facet, hidden }) => facet !== "FACET_EXCLUSION" && !hidden),
    ...its,
  };
}

export function version(its: Partial<Schemas["Version"]> = {}): Schemas["Version"] {
  const version = its.version ?? "3";
  return {
    name: `profile/versions/${version}`,
    version,
    cause: "FACT_UPDATED",
    createTime: "2026-11-03T10:00:00Z",
    displayName: "Ada",
    headline: "Sails and throws pots",
    facts,
    ...its,
  };
}

export const versions: Schemas["Version"][] = [
  version(),
  version({ version: "2", cause: "PROFILE_UPDATED", createTime: "2026-11-02T10:00:00Z" }),
  version({ version: "1", cause: "ANALYSIS", createTime: "2026-11-01T10:01:00Z", facts: facts.slice(0, 2) }),
];

export function diff(its: Partial<Schemas["DiffVersionsResponse"]> = {}): Schemas["DiffVersionsResponse"] {
  return {
    added: [fact({ name: "facts/f3", facet: "FACET_VALUE", text: "Keeps promises" })],
    removed: [fact({ name: "facts/f8", facet: "FACET_INTEREST", text: "Likes bread" })],
    changed: [{ before: fact({ text: "Teaches sailing to children" }), after: fact() }],
    fields: [
      { field: "display_name", before: "", after: "Ada" },
      { field: "languages", before: "en", after: "en, es" },
      { field: "visibility", before: "VISIBLE", after: "HIDDEN" },
    ],
    ...its,
  };
}

export function consent(
  purpose: Schemas["Purpose"],
  its: Partial<Schemas["Consent"]> = {},
): Schemas["Consent"] {
  return {
    name: `consents/${purpose.slice("PURPOSE_".length)}`,
    purpose,
    granted: purpose === "PURPOSE_TRANSCRIBE" || purpose === "PURPOSE_MATCHING",
    version: 0,
    terms: "",
    etag: "c0",
    ...its,
  };
}

/** As it is for somebody who has decided about one thing. */
export const consents: Schemas["Consent"][] = [
  consent("PURPOSE_TRANSCRIBE"),
  consent("PURPOSE_EXTERNAL_ANALYSIS"),
  consent("PURPOSE_MATCHING"),
  consent("PURPOSE_SHARE_CLIPS", {
    granted: true,
    version: 1,
    terms: "2026-11",
    etag: "c1",
    updateTime: "2026-11-02T10:00:00Z",
  }),
];

/** Nothing preferred; one thing learned. */
export function facetWeights(
  learned: Partial<Record<Schemas["Facet"], number>> = { FACET_VALUE: 1.2 },
): Schemas["FacetWeights"] {
  const facets: Schemas["Facet"][] = [
    "FACET_OFFER",
    "FACET_SEEK",
    "FACET_VALUE",
    "FACET_INTEREST",
    "FACET_BACKGROUND",
    "FACET_GOAL",
  ];
  return {
    name: "facetWeights",
    weights: facets.map((facet) => ({
      facet,
      preferred: 1,
      learned: learned[facet] ?? 1,
      effective: learned[facet] ?? 1,
    })),
  };
}
