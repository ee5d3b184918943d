import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useApi } from "@/api/api-context";
import { answer, idOf } from "@/api/client";
import { keepReaction, outdateLists } from "../lib/match-cache";
import { keepBlock } from "../lib/use-blocked";

/** Make somebody and oneself invisible to each other. */
export function useBlock(name: string) {
  const api = useApi();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () =>
      answer(api.POST("/v1/matches/{match}:block", { params: { path: { match: idOf(name) } }, body: {} })),
    onSuccess: async (block) => {
      keepBlock(queries, name, block.name);
      keepReaction(queries, { name, reaction: "REACTION_UNSPECIFIED", connected: false });
      await outdateLists(queries);
    },
  });
}
