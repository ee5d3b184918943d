import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useApi } from "@/api/api-context";
import { answer } from "@/api/client";

/** Go on with a recording that failed, from the step that failed. */
export function useRetry(recording: string) {
  const api = useApi();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () =>
      answer(api.POST("/v1/recordings/{recording}:retry", { params: { path: { recording } }, body: {} })),
    onSuccess: (now) => {
      queries.setQueryData(["recordings", recording], now);
      return queries.invalidateQueries({ queryKey: ["recordings"], exact: true });
    },
  });
}
