import { useState } from "react";
import { storage } from "@/lib/storage";

/**
 * The version of the profile from before a correction whose effect has not been read yet. It outlives a reload: the
 * analysis may take longer than that. After several corrections it is the version before the first.
 */
export function usePending(recording: string) {
  const key = `timbre.correction.${recording}`;
  const [from, setFrom] = useState(() => storage("session").getItem(key) ?? undefined);
  const begin = (version: string) => {
    const first = from ?? version;
    storage("session").setItem(key, first);
    setFrom(first);
  };
  const close = () => {
    storage("session").removeItem(key);
    setFrom(undefined);
  };
  return { from, begin, close };
}
