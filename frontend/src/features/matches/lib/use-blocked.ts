import { useQuery, useQueryClient, type QueryClient } from "@tanstack/react-query";
import { keepReaction } from "./match-cache";

/** What stands for a block whose name is not known: one that came with a report. */
export const unnamed = "";

/** The names of the blocks by the names of the people, for those who were blocked just now. */
type Blocked = Readonly<Record<string, string>>;

const queryKey = ["blocked"];
const nobody: Blocked = {};

/**
 * Whether somebody on the screen was blocked since it was opened, and by which block. Kept with the answers of the
 * API, since it has to go when they go.
 */
export function useBlocked(name: string): string | undefined {
  const { data } = useQuery({
    queryKey,
    queryFn: () => nobody,
    initialData: nobody,
    enabled: false,
    staleTime: Infinity,
    select: (blocked) => blocked[name],
  });
  return data;
}

export function keepBlock(queries: QueryClient, name: string, block: string | undefined): void {
  queries.setQueryData<Blocked>(queryKey, (blocked = nobody) => {
    const others = Object.entries(blocked).filter(([other]) => other !== name);
    return Object.fromEntries(block === undefined ? others : [...others, [name, block]]);
  });
}

/** Returns what notes that somebody was blocked by a report. */
export function useKeepReported(): (name: string) => void {
  const queries = useQueryClient();
  return (name) => {
    keepBlock(queries, name, unnamed);
    keepReaction(queries, { name, reaction: "REACTION_UNSPECIFIED", connected: false });
  };
}

/** Forget a block that was ended, wherever that was. */
export function useForgetBlock(): (block: string) => void {
  const queries = useQueryClient();
  return (block) => {
    const blocked = queries.getQueryData<Blocked>(queryKey) ?? nobody;
    for (const [name, known] of Object.entries(blocked)) {
      if (known === block) keepBlock(queries, name, undefined);
    }
  };
}
