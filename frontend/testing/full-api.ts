import type { Handlers } from "./fake-api";
import * as made from "./made";
import * as madeAccount from "./made-account";
import * as madeMatches from "./made-matches";
import * as madeProfile from "./made-profile";

/** An answer for everything that a screen asks when it is opened. */
export const full: Handlers = {
  "GET /v1/session": () => ({
    userId: "ada",
    groups: [],
    clientId: "page",
    expireTime: "2026-11-01T10:00:00Z",
  }),
  "GET /v1/prompts:suggest": () => made.prompt(),
  "GET /v1/recordings": () => ({ ...made.lastPage, recordings: [made.recording()] }),
  "GET /v1/recordings/{recording}": () => made.recording(),
  "GET /v1/recordings/{recording}/transcript": () => made.transcript(),
  "GET /v1/profile": () => made.profile(),
  "GET /v1/profile/card": () => madeProfile.card(),
  "GET /v1/profile/versions": () => ({ ...made.lastPage, versions: madeProfile.versions }),
  "GET /v1/profile/versions:diff": () => madeProfile.diff(),
  "GET /v1/facts": () => ({ ...made.lastPage, facts: madeProfile.facts }),
  "GET /v1/matches": () => ({ ...made.lastPage, matches: [madeMatches.wholeMatch()] }),
  "GET /v1/matches/{match}": () => madeMatches.wholeMatch(),
  "GET /v1/matches:search": () => ({ ...made.lastPage, matches: [madeMatches.wholeMatch()] }),
  "GET /v1/matches:explain": () => madeMatches.explanation(),
  "GET /v1/blocks": () => ({ ...made.lastPage, blocks: [madeMatches.block({ displayName: "Max" })] }),
  "GET /v1/connections": () => ({ ...made.lastPage, connections: [made.connection()] }),
  "GET /v1/preferences": () => made.preferences(),
  "GET /v1/consents": () => ({ consents: madeProfile.consents }),
  "GET /v1/facetWeights": () => madeProfile.facetWeights(),
  "GET /v1/erasures/{erasure}": () => madeAccount.erasure(),
  "GET /v1/reports": () => ({ ...made.lastPage, reports: [made.report()] }),
};
