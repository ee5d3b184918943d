import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useApi } from "@/api/api-context";
import { answer, idOf } from "@/api/client";
import { outdateLists } from "./match-cache";
import { useForgetBlock } from "./use-blocked";

/** End a block. What it ended does not come back. */
export function useUnblock(block: string) {
  const api = useApi();
  const queries = useQueryClient();
  const forget = useForgetBlock();
  return useMutation({
    mutationFn: () =>
      answer(api.POST("/v1/blocks/{block}:unblock", { params: { path: { block: idOf(block) } }, body: {} })),
    onSuccess: async () => {
      await outdateLists(queries);
      forget(block);
    },
  });
}
