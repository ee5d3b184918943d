import { useQuery } from "@tanstack/react-query";
import { useApi } from "@/api/api-context";
import { answer } from "@/api/client";

/** Whether there are words of mine that cannot be matched yet; the same query as the profile's. */
export function useBeingTakenIn(enabled: boolean) {
  const api = useApi();
  return useQuery({
    queryKey: ["profile"],
    queryFn: ({ signal }) => answer(api.GET("/v1/profile", { signal })),
    select: ({ version, indexedVersion }) => BigInt(version) > BigInt(indexedVersion),
    enabled,
  });
}
