import { useApi } from "@/api/api-context";
import { answer } from "@/api/client";
import { usePages } from "@/lib/use-pages";

/** People with whom it is mutual, newest first. */
export function useConnections() {
  const api = useApi();
  return usePages(["connections"], (pageToken, signal) =>
    answer(api.GET("/v1/connections", { params: { query: pageToken ? { pageToken } : {} }, signal })),
  );
}
