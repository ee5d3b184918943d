import { useQuery } from "@tanstack/react-query";
import { useApi } from "@/api/api-context";
import { answer } from "@/api/client";

/** People who said something like `query`; nobody is asked for an empty one. */
export function useSearch(query: string) {
  const api = useApi();
  return useQuery({
    queryKey: ["search", query],
    queryFn: ({ signal }) => answer(api.GET("/v1/matches:search", { params: { query: { query } }, signal })),
    enabled: query !== "",
  });
}
