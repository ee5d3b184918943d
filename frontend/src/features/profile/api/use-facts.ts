import { useApi } from "@/api/api-context";
import { answer } from "@/api/client";
import { usePages } from "@/lib/use-pages";

/** As many as a page may hold, since they are shown by facet and not by age. */
const pageSize = 100;

/** What is known about me. */
export function useFacts() {
  const api = useApi();
  return usePages(["facts"], (pageToken, signal) =>
    answer(
      api.GET("/v1/facts", { params: { query: { pageSize, ...(pageToken && { pageToken }) } }, signal }),
    ),
  );
}
