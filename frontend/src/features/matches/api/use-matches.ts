import { useApi } from "@/api/api-context";
import { answer } from "@/api/client";
import { usePages } from "@/lib/use-pages";

/** People who fit both ways, best first. What was answered stays where it is until the list is opened again. */
export function useMatches() {
  const api = useApi();
  return usePages(
    ["matches"],
    (pageToken, signal) =>
      answer(api.GET("/v1/matches", { params: { query: pageToken ? { pageToken } : {} }, signal })),
    { refetchOnWindowFocus: false },
  );
}
