import { useQuery } from "@tanstack/react-query";
import { useApi } from "@/api/api-context";
import { answer } from "@/api/client";

/** How much each facet counts in my ranking, and what my feedback has to do with it. */
export function useFacetWeights() {
  const api = useApi();
  return useQuery({
    queryKey: ["facetWeights"],
    queryFn: ({ signal }) => answer(api.GET("/v1/facetWeights", { signal })),
  });
}
