import type { InfiniteData, QueryClient } from "@tanstack/react-query";
import { idOf } from "@/api/client";
import type { Schemas } from "@/api/types";

interface Page {
  matches: Schemas["Match"][];
}

type Answered = Pick<Schemas["Match"], "name" | "reaction" | "connected">;

/** Note what was answered to somebody wherever they are shown, without asking for the lists again. */
export function keepReaction(queries: QueryClient, answered: Answered): void {
  const { name, reaction, connected } = answered;
  const change = (match: Schemas["Match"]) =>
    match.name === name ? { ...match, reaction, connected } : match;
  const changeAll = (data: InfiniteData<Page> | undefined) =>
    data && {
      ...data,
      pages: data.pages.map((page) => ({ ...page, matches: page.matches.map(change) })),
    };
  queries.setQueryData<InfiniteData<Page>>(["matches"], changeAll);
  queries.setQueriesData<InfiniteData<Page>>({ queryKey: ["search"] }, changeAll);
  queries.setQueryData<Schemas["Match"]>(["matches", idOf(name)], (match) => match && change(match));
}

/** The lists are other ones now; whoever opens them next gets them anew. */
export async function outdateLists(queries: QueryClient): Promise<void> {
  const keys = [["matches"], ["search"], ["explain"], ["connections"], ["blocks"]];
  await Promise.all(keys.map((queryKey) => queries.invalidateQueries({ queryKey, refetchType: "none" })));
}
