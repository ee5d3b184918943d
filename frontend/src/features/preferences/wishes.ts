import type { Schemas } from "@/api/types";

type Preferences = Schemas["Preferences"];

/** What can be wished, by its name in the contract; no place is a wish too. */
export interface Wishes extends Pick<Preferences, "languages" | "formats" | "maxDistanceKm" | "weights"> {
  place: Preferences["place"] | undefined;
}
export type Wish = keyof Wishes;

/** Whether two values of a wish are not the same. */
export function differs(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) !== JSON.stringify(b);
}
