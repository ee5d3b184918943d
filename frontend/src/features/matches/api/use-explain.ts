import { useQuery } from "@tanstack/react-query";
import { useApi } from "@/api/api-context";
import { answer } from "@/api/client";

/** Why there are as few matches as there are. */
export function useExplain() {
  const api = useApi();
  return useQuery({
    queryKey: ["explain"],
    queryFn: ({ signal }) => answer(api.GET("/v1/matches:explain", { signal })),
  });
}
