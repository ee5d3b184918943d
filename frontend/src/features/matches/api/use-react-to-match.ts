import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useApi } from "@/api/api-context";
import { answer, idOf } from "@/api/client";
import type { Schemas } from "@/api/types";
import { keepReaction, outdateLists } from "../lib/match-cache";

export type Answer = Exclude<Schemas["Reaction"], "REACTION_UNSPECIFIED">;

/** Say yes or no to somebody; the last answer counts. */
export function useReactToMatch(name: string) {
  const api = useApi();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (reaction: Answer) =>
      answer(
        api.POST("/v1/matches/{match}:react", {
          params: { path: { match: idOf(name) } },
          body: { reaction },
        }),
      ),
    onSuccess: async ({ match }) => {
      if (match) keepReaction(queries, match);
      await outdateLists(queries);
    },
  });
}
