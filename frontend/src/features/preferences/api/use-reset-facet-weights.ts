import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useApi } from "@/api/api-context";
import { answer } from "@/api/client";

/** Forget all feedback of mine. */
export function useResetFacetWeights() {
  const api = useApi();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => answer(api.POST("/v1/facetWeights:reset", { body: {} })),
    onSuccess: (weights) => {
      queries.setQueryData(["facetWeights"], weights);
      void queries.invalidateQueries({ queryKey: ["matches"] });
    },
  });
}
