import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useApi } from "@/api/api-context";
import { answer } from "@/api/client";

/** Have everything about me packed; while a recent one is there, that is the answer. */
export function useStartExport(onStarted: (name: string) => void) {
  const api = useApi();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => answer(api.POST("/v1/exports", { body: {} })),
    onSuccess: (started) => {
      queries.setQueryData(["exports", started.name], started);
      onStarted(started.name);
    },
  });
}
