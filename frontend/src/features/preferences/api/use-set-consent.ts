import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useApi } from "@/api/api-context";
import { answer } from "@/api/client";
import type { Schemas } from "@/api/types";

/**
 * The name of the texts in `preferences.json` that say what a consent means. Another one whenever they say something
 * else: it is kept with the decision.
 */
const terms = "2026-11";

/** What a decision may change elsewhere. */
const rests = ["profile", "facts", "matches", "explain", "search", "connections", "clips"];

/** Give or withdraw a consent. Shown only once it holds. */
export function useSetConsent() {
  const api = useApi();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ purpose, granted, etag }: Schemas["Consent"]) =>
      answer(api.POST("/v1/consents:set", { body: { purpose, granted: !granted, terms, etag } })),
    // After a failure too: it may have been decided somewhere else.
    onSettled: async () => {
      for (const key of rests) void queries.invalidateQueries({ queryKey: [key] });
      await queries.invalidateQueries({ queryKey: ["consents"] });
    },
  });
}
