import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useApi } from "@/api/api-context";
import { answer, idOf } from "@/api/client";
import type { Schemas } from "@/api/types";
import { outdateLists } from "../lib/match-cache";

/** Tell the moderators about somebody. */
export function useReport(name: string) {
  const api = useApi();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: Schemas["ReportUserRequest"]) =>
      answer(api.POST("/v1/matches/{match}:report", { params: { path: { match: idOf(name) } }, body })),
    onSuccess: async (_, { block }) => {
      if (block) await outdateLists(queries);
    },
  });
}
