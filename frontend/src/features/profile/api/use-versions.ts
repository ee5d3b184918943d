import { useApi } from "@/api/api-context";
import { answer } from "@/api/client";
import { usePages } from "@/lib/use-pages";

/** My profile as it was, newest first. */
export function useVersions() {
  const api = useApi();
  return usePages(["profile", "versions"], (pageToken, signal) =>
    answer(api.GET("/v1/profile/versions", { params: { query: pageToken ? { pageToken } : {} }, signal })),
  );
}
