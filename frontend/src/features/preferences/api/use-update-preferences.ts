import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useApi } from "@/api/api-context";
import { ApiError } from "@/api/api-error";
import { answer } from "@/api/client";
import type { Schemas } from "@/api/types";
import { differs, type Wish, type Wishes } from "../wishes";

interface Update {
  /** The preferences as the person saw them. */
  seen: Schemas["Preferences"];
  wishes: Partial<Wishes>;
}

/**
 * Change what I wish. Only what differs is sent; what is sent empty is cleared. A conflict is one only if one of these
 * very wishes was changed meanwhile.
 */
export function useUpdatePreferences() {
  const api = useApi();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async ({ seen, wishes }: Update) => {
      const fields = (Object.keys(wishes) as Wish[]).filter((wish) => differs(wishes[wish], seen[wish]));
      if (fields.length === 0) return seen;
      const body = Object.fromEntries(fields.map((wish) => [wish, wishes[wish]]));
      const send = (etag: string) =>
        answer(
          api.PATCH("/v1/preferences", {
            params: { query: { updateMask: fields.join(",") } },
            body: { ...body, etag },
          }),
        );
      try {
        return await send(seen.etag);
      } catch (error) {
        if (!(error instanceof ApiError && error.reason === "CONCURRENT_CHANGE")) throw error;
        const current = await answer(api.GET("/v1/preferences"));
        queries.setQueryData(["preferences"], current);
        if (fields.some((wish) => differs(current[wish], seen[wish]))) throw error;
        return send(current.etag);
      }
    },
    onSuccess: (preferences) => {
      queries.setQueryData(["preferences"], preferences);
      for (const key of ["profile", "matches", "explain", "facetWeights"]) {
        void queries.invalidateQueries({ queryKey: [key] });
      }
    },
  });
}
