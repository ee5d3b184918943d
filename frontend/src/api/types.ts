import type { components } from "./schema";

/** Every type of the API, by its name in the contract. */
export type Schemas = components["schemas"];
export type Reason = Schemas["ErrorReason"];
