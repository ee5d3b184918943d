import type { Schemas } from "@/api/types";

/** Answers of the API for tests, whole and typed; give what matters to the test. */

export function recording(own: Partial<Schemas["Recording"]> = {}): Schemas["Recording"] {
  return {
    name: "recordings/r1",
    state: "STATE_READY",
    stage: "STAGE_UNSPECIFIED",
    progress: 1,
    origin: "ORIGIN_SPOKEN",
    prompt: "What brings you here?",
    createTime: "2026-11-01T10:00:00Z",
    updateTime: "2026-11-01T10:01:00Z",
    ...own,
  };
}

export function transcript(own: Partial<Schemas["Transcript"]> = {}): Schemas["Transcript"] {
  return {
    name: "recordings/r1/transcript",
    text: "I can teach you to sail a dinghy.",
    segments: [],
    language: "en",
    confidence: 0.9,
    revision: 1,
    engine: "whisper",
    etag: "t1",
    ...own,
  };
}

export function fact(own: Partial<Schemas["Fact"]> = {}): Schemas["Fact"] {
  return {
    name: "facts/f1",
    facet: "FACET_OFFER",
    text: "Teaches sailing",
    evidence: {
      recording: "recordings/r1",
      quote: "I can teach you to sail a dinghy.",
      startMs: 4_000,
      endMs: 7_000,
      startChar: 0,
      endChar: 33,
      typed: false,
    },
    source: "SOURCE_ANALYZER",
    confidence: 0.9,
    analyzer: "extractive",
    etag: "e1",
    hidden: false,
    ...own,
  };
}

export function statement(own: Partial<Schemas["Statement"]> = {}): Schemas["Statement"] {
  return {
    facet: "FACET_SEEK",
    text: "Somebody to photograph pottery",
    quote: "I am looking for somebody to photograph my pottery.",
    startMs: 8_000,
    endMs: 12_000,
    clip: "",
    ...own,
  };
}

export function match(own: Partial<Schemas["Match"]> = {}): Schemas["Match"] {
  return {
    name: "matches/m1",
    card: { displayName: "Elena Vargas", headline: "Photographs what hands make", languages: ["en", "es"] },
    band: "BAND_STRONG",
    reasons: [
      {
        direction: "DIRECTION_THEY_ANSWER",
        sentence: "",
        mine: statement(),
        theirs: statement({
          facet: "FACET_OFFER",
          text: "Photographs ceramics",
          quote: "I take pictures of ceramics and bread.",
          startMs: 2_000,
          endMs: 5_000,
          clip: "matches/m1/facts/f9/clip",
        }),
      },
    ],
    reaction: "REACTION_UNSPECIFIED",
    connected: false,
    ...own,
  };
}

export function connection(own: Partial<Schemas["Connection"]> = {}): Schemas["Connection"] {
  return {
    name: "connections/c1",
    match: "matches/m1",
    card: { displayName: "Elena Vargas", headline: "Photographs what hands make", languages: ["en"] },
    createTime: "2026-11-02T10:00:00Z",
    ...own,
  };
}

export function profile(own: Partial<Schemas["Profile"]> = {}): Schemas["Profile"] {
  return {
    name: "profile",
    displayName: "Ada",
    headline: "Sails and throws pots",
    headlineSelected: false,
    languages: ["en"],
    visibility: "VISIBILITY_VISIBLE",
    version: "3",
    indexedVersion: "3",
    factCounts: { OFFER: 1 },
    etag: "p1",
    ...own,
  };
}

export function preferences(own: Partial<Schemas["Preferences"]> = {}): Schemas["Preferences"] {
  return {
    name: "preferences",
    languages: ["en"],
    formats: ["FORMAT_ONLINE"],
    maxDistanceKm: 0,
    weights: [],
    etag: "q1",
    ...own,
  };
}

export function report(own: Partial<Schemas["Report"]> = {}): Schemas["Report"] {
  return {
    name: "reports/x1",
    match: "",
    category: "CATEGORY_SPAM",
    comment: "Sells cameras.",
    resolution: "RESOLUTION_UNSPECIFIED",
    note: "",
    card: { displayName: "Max", headline: "Cameras, cheap", languages: ["en"] },
    statements: [],
    reportCount: 2,
    createTime: "2026-11-03T10:00:00Z",
    ...own,
  };
}

export function prompt(own: Partial<Schemas["Prompt"]> = {}): Schemas["Prompt"] {
  return {
    promptId: "seek-people",
    text: "Whom would you like to meet, and what for?",
    facet: "FACET_SEEK",
    reason: "Nothing is known yet of what you are looking for.",
    factCount: 0,
    language: "en",
    ...own,
  };
}

/** The only page of a list. */
export const lastPage = { nextPageToken: "" };
