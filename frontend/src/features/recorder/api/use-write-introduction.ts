import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useApi } from "@/api/api-context";
import { answer } from "@/api/client";

interface Introduction {
  text: string;
  prompt: string;
  language: string;
  /** The same for the same text, so that sending it again after a crash makes no second one. */
  key: string;
}

/** Send an introduction that was written. */
export function useWriteIntroduction() {
  const api = useApi();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ text, prompt, language, key }: Introduction) =>
      answer(
        api.POST("/v1/recordings", {
          headers: { "Idempotency-Key": key },
          body: { typed: { text, language }, prompt },
        }),
      ),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["recordings"] }),
  });
}
