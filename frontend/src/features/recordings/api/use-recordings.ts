import { useApi } from "@/api/api-context";
import { answer } from "@/api/client";
import { usePages } from "@/lib/use-pages";

/** My recordings, newest first. */
export function useRecordings() {
  const api = useApi();
  return usePages(["recordings"], (pageToken, signal) =>
    answer(api.GET("/v1/recordings", { params: { query: pageToken ? { pageToken } : {} }, signal })),
  );
}
