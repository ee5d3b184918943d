import { useMutation } from "@tanstack/react-query";
import { ApiError } from "@/api/api-error";
import { useApi } from "@/api/api-context";
import { answer, idOf } from "@/api/client";
import { useRefreshProfile } from "./use-refresh-profile";

/** Delete a fact; one that is gone already is as good. */
export function useDeleteFact() {
  const api = useApi();
  const refresh = useRefreshProfile();
  return useMutation({
    mutationFn: async (name: string) => {
      try {
        await answer(api.DELETE("/v1/facts/{fact}", { params: { path: { fact: idOf(name) } } }));
      } catch (error) {
        if (!(error instanceof ApiError && error.reason === "FACT_NOT_FOUND")) throw error;
      }
    },
    onSuccess: refresh,
  });
}
