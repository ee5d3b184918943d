import { useState } from "react";
import type { Schemas } from "@/api/types";
import { differs, type Wish, type Wishes } from "./wishes";

type Preferences = Schemas["Preferences"];

export interface Draft {
  /** The wishes as they stand in the form. */
  values: Wishes;
  /** Those that differ from what is kept. */
  changed: Partial<Wishes>;
  isChanged: boolean;
  /** Whether the same form was saved with other values somewhere else, while this one was filled in. */
  isContested: boolean;
  set: (changes: Partial<Wishes>) => void;
  /** Go back to what is kept now. */
  discard: () => void;
}

/** A form of some wishes. It follows what is kept as long as the person has not changed anything in it. */
export function useDraft(latest: Preferences, wishes: readonly Wish[]): Draft {
  const [opened, setOpened] = useState(latest);
  const [changes, setChanges] = useState<Partial<Wishes>>({});
  const keys = (Object.keys(changes) as Wish[]).filter((wish) => differs(changes[wish], latest[wish]));
  const isContested = keys.length > 0 && wishes.some((wish) => differs(opened[wish], latest[wish]));
  if (!isContested && opened !== latest) setOpened(latest);
  return {
    values: { place: undefined, ...latest, ...changes },
    changed: Object.fromEntries(keys.map((wish) => [wish, changes[wish]])),
    isChanged: keys.length > 0,
    isContested,
    set: (more) => setChanges({ ...changes, ...more }),
    discard: () => {
      setChanges({});
      setOpened(latest);
    },
  };
}
