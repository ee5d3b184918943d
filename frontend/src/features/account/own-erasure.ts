import { storage } from "@/lib/storage";

const key = "timbre.erasure";

/** What only the person's own tab knows about an erasure; the server has forgotten who it was. */
export interface OwnErasure {
  name: string;
  userId: string;
  /** Whether takes that were never sent are gone from this browser, too. */
  browserIsEmpty: boolean;
}

export function rememberOwnErasure(own: OwnErasure): void {
  storage("session").setItem(key, JSON.stringify(own));
}

/** What this tab knows about the erasure `name`, if it was begun here. */
export function ownErasure(name: string): OwnErasure | undefined {
  const own = JSON.parse(storage("session").getItem(key) ?? "null") as OwnErasure | null;
  return own?.name === name ? own : undefined;
}
