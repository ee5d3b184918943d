import { useEffect, useState } from "react";
import type { Studio } from "./studio";
import { recoverTakes } from "./takes/recover-takes";
import { offeredTo, type Take } from "./takes/take";

/** The takes that wait here for this person, newest first; nothing until they were looked up. */
export function useTakes({ takes, locks }: Studio, userId: string | undefined): readonly Take[] | undefined {
  const [found, setFound] = useState<readonly Take[]>();
  useEffect(() => {
    let asked = 0;
    const look = async () => {
      const mine = ++asked;
      const all = await takes.list();
      if (mine === asked) setFound(offeredTo(all, userId));
    };
    const stop = takes.subscribe(() => void look());
    void recoverTakes(takes, locks).then(look);
    return () => {
      asked = Infinity;
      stop();
    };
  }, [takes, locks, userId]);
  return found;
}
