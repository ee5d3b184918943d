import { useState } from "react";
import { storage } from "@/lib/storage";
import { dropWish, keepWish, takeWish, type Wish } from "./takes/wish";

/** What this person asked to be sent before they went to sign in. */
export function useWish(signedIn: boolean) {
  const tab = storage("session");
  const [granted] = useState(() => (signedIn ? takeWish(tab) : undefined));
  return {
    granted,
    keep: (wish: Wish) => keepWish(tab, wish),
    drop: () => dropWish(tab),
  };
}
