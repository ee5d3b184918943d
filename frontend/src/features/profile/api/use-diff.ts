import { useQuery } from "@tanstack/react-query";
import { useApi } from "@/api/api-context";
import { answer } from "@/api/client";

/** What changed from one version of my profile to another. */
export function useDiff(fromVersion: string, toVersion: string) {
  const api = useApi();
  return useQuery({
    queryKey: ["profile", "diff", fromVersion, toVersion],
    queryFn: ({ signal }) =>
      answer(api.GET("/v1/profile/versions:diff", { params: { query: { fromVersion, toVersion } }, signal })),
  });
}
