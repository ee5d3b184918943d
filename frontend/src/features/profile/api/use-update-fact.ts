import { useMutation } from "@tanstack/react-query";
import { useApi } from "@/api/api-context";
import { answer, idOf } from "@/api/client";
import type { Schemas } from "@/api/types";
import { useRefreshProfile } from "./use-refresh-profile";

type Words = Pick<Schemas["FactInput"], "facet" | "text">;

interface Update {
  /** The fact as the person saw it. */
  seen: Schemas["Fact"];
  words: Words;
}

/** Put a fact into my own words, or under another facet. Only what differs is sent. */
export function useUpdateFact() {
  const api = useApi();
  const refresh = useRefreshProfile();
  return useMutation({
    mutationFn: async ({ seen, words }: Update) => {
      const fields = (["facet", "text"] as const).filter((field) => words[field] !== seen[field]);
      if (fields.length === 0) return seen;
      const body = Object.fromEntries(fields.map((field) => [field, words[field]]));
      return answer(
        api.PATCH("/v1/facts/{fact}", {
          params: { path: { fact: idOf(seen.name) }, query: { updateMask: fields.join(",") } },
          body: { ...body, etag: seen.etag },
        }),
      );
    },
    // After a failure too: somebody else may have changed it.
    onSettled: refresh,
  });
}
