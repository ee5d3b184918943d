import type { Handlers } from "./fake-api";
import * as made from "./made";
import * as madeAccount from "./made-account";
import * as madeMatches from "./made-matches";

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
  "GET /v1/facts": () => ({ ...made.lastPage, facts: [made.fact()] }),
  "GET /v1/matches": () => ({ ...made.lastPage, matches: [madeMatches.wholeMatch()] }),
  "GET /v1/matches/{match}": () => madeMatches.wholeMatch(),
  "GET /v1/matches:search": () => ({ ...made.lastPage, matches: [madeMatches.wholeMatch()] }),
  "GET /v1/matches:explain": () => madeMatches.explanation(),
  "GET /v1/blocks": () => ({ ...made.lastPage, blocks: [madeMatches.block({ displayName: "Max" })] }),
  "GET /v1/connections": () => ({ ...made.lastPage, connections: [made.connection()] }),
  "GET /v1/preferences": () => made.preferences(),
  "GET /v1/erasures/{erasure}": () => madeAccount.erasure(),
  "GET /v1/reports": () => ({ ...made.lastPage, reports: [made.report()] }),
};
