import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useApi } from "@/api/api-context";
import { answer } from "@/api/client";

/** Send an introduction that was written. */
export function useWriteIntroduction() {
  const api = useApi();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ text, prompt }: { text: string; prompt: string }) =>
      answer(api.POST("/v1/recordings", { body: { typed: { text }, prompt } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["recordings"] }),
  });
}
