import { useApi } from "@/api/api-context";
import { answer } from "@/api/client";
import { usePages } from "@/lib/use-pages";

/** What is known about me. */
export function useFacts() {
  const api = useApi();
  return usePages(["facts"], (pageToken, signal) =>
    answer(api.GET("/v1/facts", { params: { query: pageToken ? { pageToken } : {} }, signal })),
  );
}
