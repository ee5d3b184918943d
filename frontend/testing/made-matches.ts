import type { Schemas } from "@/api/types";
import { match, statement } from "./made";

/** Somebody of whom everything is told: reasons each way and shared, all spoken and to be heard. */
export function wholeMatch(id = "m1", own: Partial<Schemas["Match"]> = {}): Schemas["Match"] {
  return match({
    name: `matches/${id}`,
    reasons: [
      {
        direction: "DIRECTION_THEY_ANSWER",
        sentence: "",
        mine: statement({ clip: "matches/me/facts/f1/clip" }),
        theirs: statement({
          facet: "FACET_OFFER",
          text: "Photographs ceramics",
          quote: "I take pictures of ceramics and bread.",
          startMs: 2_000,
          endMs: 5_000,
          clip: `matches/${id}/facts/f2/clip`,
        }),
      },
      {
        direction: "DIRECTION_I_ANSWER",
        sentence: "",
        mine: statement({
          facet: "FACET_OFFER",
          text: "Teaches sailing",
          quote: "I can teach you to sail a dinghy, even if you have never been on the water.",
          startMs: 65_000,
          endMs: 68_000,
          clip: "matches/me/facts/f3/clip",
        }),
        theirs: statement({
          text: "Wants to learn to sail",
          quote: "",
          startMs: 0,
          endMs: 0,
        }),
      },
      {
        direction: "DIRECTION_SHARED",
        sentence: "",
        mine: statement({ facet: "FACET_VALUE", text: "Patience", quote: "What I value is patience." }),
        theirs: statement({
          facet: "FACET_VALUE",
          text: "Takes time",
          quote: "Good things take their time.",
        }),
      },
    ],
    ...own,
  });
}

export function block(own: Partial<Schemas["Block"]> = {}): Schemas["Block"] {
  return {
    name: "blocks/b1",
    match: "matches/m1",
    displayName: "Elena Vargas",
    createTime: "2026-11-04T10:00:00Z",
    ...own,
  };
}

export function clip(own: Partial<Schemas["Clip"]> = {}): Schemas["Clip"] {
  return {
    name: "matches/m1/facts/f2/clip",
    url: "https://sounds.test/f2",
    contentType: "audio/mp4",
    duration: "3.5s",
    expireTime: "2026-11-04T10:05:00Z",
    ...own,
  };
}

export function explanation(
  own: Partial<Schemas["ExplainSearchResponse"]> = {},
): Schemas["ExplainSearchResponse"] {
  return {
    steps: [
      { filter: "FILTER_EVERYBODY", remaining: { value: 48, fewerThan5: false } },
      { filter: "FILTER_LANGUAGES", remaining: { value: 31, fewerThan5: false } },
      { filter: "FILTER_FORMATS", remaining: { value: 12, fewerThan5: false } },
      { filter: "FILTER_DISTANCE", remaining: { value: 9, fewerThan5: false } },
      { filter: "FILTER_REACTIONS", remaining: { value: 8, fewerThan5: false } },
      { filter: "FILTER_FIT", remaining: { value: 0, fewerThan5: true } },
    ],
    relaxations: [
      {
        filter: "FILTER_FORMATS",
        preferences: relaxed({ formats: ["FORMAT_ONLINE", "FORMAT_IN_PERSON"] }),
        added: { value: 7, fewerThan5: false },
      },
      {
        filter: "FILTER_DISTANCE",
        preferences: relaxed({ maxDistanceKm: 200 }),
        added: { value: 0, fewerThan5: true },
      },
    ],
    ...own,
  };
}

function relaxed(own: Partial<Schemas["Preferences"]>): Schemas["Preferences"] {
  return {
    name: "preferences",
    languages: [],
    formats: [],
    maxDistanceKm: 0,
    weights: [],
    etag: "",
    ...own,
  };
}
