import { useQuery } from "@tanstack/react-query";
import type { Api } from "@/api/client";
import { answer } from "@/api/client";
import { useApi } from "@/api/api-context";
import type { Schemas } from "@/api/types";

/** What was understood of one recording. The API lists facts by facet only, so all of them are looked through. */
export function useFactsOf(recording: string, enabled: boolean) {
  const api = useApi();
  return useQuery({
    queryKey: ["facts", "of", recording],
    queryFn: ({ signal }) => factsOf(api, `recordings/${recording}`, signal),
    enabled,
  });
}

export async function factsOf(api: Api, name: string, signal: AbortSignal): Promise<Schemas["Fact"][]> {
  const found: Schemas["Fact"][] = [];
  for (let pageToken = ""; ;) {
    const query = pageToken ? { pageSize: 200, pageToken } : { pageSize: 200 };
    const page = await answer(api.GET("/v1/facts", { params: { query }, signal }));
    found.push(...page.facts.filter(({ evidence }) => evidence?.recording === name));
    if (!page.nextPageToken) return found;
    pageToken = page.nextPageToken;
  }
}
