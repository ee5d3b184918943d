import { useMutation, useQueryClient, type InfiniteData, type QueryClient } from "@tanstack/react-query";
import { useApi } from "@/api/api-context";
import { answer, idOf } from "@/api/client";
import type { Schemas } from "@/api/types";
import { useRefreshProfile } from "./use-refresh-profile";

type Fact = Schemas["Fact"];

/** Hide a fact from others, or show it. Shown at once as it will be, and put back when it fails. */
export function useHideFact() {
  const api = useApi();
  const queries = useQueryClient();
  const refresh = useRefreshProfile();
  return useMutation({
    mutationFn: ({ name, etag, hidden }: Fact) =>
      answer(
        api.PATCH("/v1/facts/{fact}", {
          params: { path: { fact: idOf(name) }, query: { updateMask: "hidden" } },
          body: { hidden: !hidden, etag },
        }),
      ),
    onMutate: async (fact) => {
      await queries.cancelQueries({ queryKey: ["facts"] });
      put(queries, { ...fact, hidden: !fact.hidden });
    },
    onError: (_error, fact) => put(queries, fact),
    onSettled: refresh,
  });
}

function put(queries: QueryClient, fact: Fact): void {
  queries.setQueryData<InfiniteData<Schemas["ListFactsResponse"]>>(
    ["facts"],
    (data) =>
      data && {
        ...data,
        pages: data.pages.map((page) => ({
          ...page,
          facts: page.facts.map((known) => (known.name === fact.name ? fact : known)),
        })),
      },
  );
}
