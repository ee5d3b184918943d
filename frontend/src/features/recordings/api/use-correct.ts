import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useApi } from "@/api/api-context";
import { ApiError } from "@/api/api-error";
import { answer } from "@/api/client";
import type { Schemas } from "@/api/types";

const restarted = { state: "STATE_ANALYZING", stage: "STAGE_ANALYZE", progress: 0 } as const;

interface Correction {
  text: string;
  /** The revision that was corrected. */
  etag: string;
}

/** Correct a transcript; the analysis begins anew. Gives the transcript, and the profile's version from before. */
export function useCorrect(recording: string) {
  const api = useApi();
  const queries = useQueryClient();
  const params = { path: { recording } };
  return useMutation({
    mutationFn: async ({ text, etag }: Correction) => {
      const { version } = await answer(api.GET("/v1/profile"));
      try {
        const body = { text, etag };
        const patch = api.PATCH("/v1/recordings/{recording}/transcript", { params, body });
        return { transcript: await answer(patch), from: version };
      } catch (error) {
        if (!(error instanceof ApiError && error.reason === "CONCURRENT_CHANGE")) throw error;
        const now = await answer(api.GET("/v1/recordings/{recording}/transcript", { params }));
        // It was this very correction, and its answer was lost.
        if (now.text === text.trim()) return { transcript: now, from: version };
        throw new ChangedElsewhere(now);
      }
    },
    onError: (error) => {
      if (error instanceof ChangedElsewhere)
        queries.setQueryData(["recordings", recording, "transcript"], error.now);
    },
    onSuccess: ({ transcript }) => {
      queries.setQueryData(["recordings", recording, "transcript"], transcript);
      // So the contract says; watching tells how it goes on.
      queries.setQueryData<Schemas["Recording"]>(
        ["recordings", recording],
        (before) => before && { ...before, ...restarted },
      );
    },
  });
}

/** The transcript has another text by now. */
export class ChangedElsewhere extends Error {
  override readonly name = "ChangedElsewhere";
  readonly now: Schemas["Transcript"];

  constructor(now: Schemas["Transcript"]) {
    super("The transcript was changed meanwhile.");
    this.now = now;
  }
}
