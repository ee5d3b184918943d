import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useApi } from "@/api/api-context";
import { ApiError } from "@/api/api-error";
import { answer } from "@/api/client";
import type { Schemas } from "@/api/types";
import { changedFields, type Own } from "../own";
import { useRefreshProfile } from "./use-refresh-profile";

interface Update {
  /** The profile as the person saw it. */
  seen: Schemas["Profile"];
  own: Partial<Own>;
}

/**
 * Change what I say about myself. Only what differs is sent. Every change of a profile makes its etag another one,
 * an analysis too: a conflict is one only if one of these very fields was changed meanwhile.
 */
export function useUpdateProfile() {
  const api = useApi();
  const queries = useQueryClient();
  const refresh = useRefreshProfile();
  return useMutation({
    mutationFn: async ({ seen, own }: Update) => {
      const fields = changedFields(seen, own);
      if (fields.length === 0) return seen;
      const body = Object.fromEntries(fields.map((field) => [field, own[field]]));
      const send = (etag: string) =>
        answer(
          api.PATCH("/v1/profile", {
            params: { query: { updateMask: fields.join(",") } },
            body: { ...body, etag },
          }),
        );
      try {
        return await send(seen.etag);
      } catch (error) {
        if (!(error instanceof ApiError && error.reason === "CONCURRENT_CHANGE")) throw error;
        const current = await answer(api.GET("/v1/profile"));
        queries.setQueryData(["profile"], current);
        const contested = changedFields(seen, current);
        if (fields.some((field) => contested.includes(field))) throw error;
        return send(current.etag);
      }
    },
    onSuccess: (profile) => queries.setQueryData(["profile"], profile),
    onSettled: refresh,
  });
}
