import { useApi } from "@/api/api-context";
import { answer } from "@/api/client";
import { usePages } from "@/lib/use-pages";

/** People who offer what a sentence asks for, best first; nobody is asked for an empty one. */
export function useSearch(query: string) {
  const api = useApi();
  return usePages(
    ["search", query],
    (pageToken, signal) =>
      answer(
        api.GET("/v1/matches:search", {
          params: { query: { query, ...(pageToken && { pageToken }) } },
          signal,
        }),
      ),
    { enabled: query !== "", refetchOnWindowFocus: false },
  );
}
