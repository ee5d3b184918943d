import { useQuery } from "@tanstack/react-query";
import { useApi } from "@/api/api-context";
import { answer } from "@/api/client";

/** What others can see of me. */
export function useCard() {
  const api = useApi();
  return useQuery({
    queryKey: ["profile", "card"],
    queryFn: ({ signal }) => answer(api.GET("/v1/profile/card", { signal })),
  });
}
