import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useApi } from "@/api/api-context";
import { ApiError } from "@/api/api-error";
import { answer } from "@/api/client";
import { browserAudio } from "../lib/kept-audio";

/** Delete a recording, its sound, its transcript and what was found in it. */
export function useRemove(recording: string) {
  const api = useApi();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async () => {
      try {
        await answer(api.DELETE("/v1/recordings/{recording}", { params: { path: { recording } } }));
      } catch (error) {
        // Somebody was faster, maybe this call itself before its answer was lost: it is gone.
        if (!(error instanceof ApiError && error.reason === "RECORDING_NOT_FOUND")) throw error;
      }
      await (await browserAudio()).remove(`recordings/${recording}`);
    },
    onSuccess: () => {
      for (const key of ["facts", "profile", "matches"]) void queries.invalidateQueries({ queryKey: [key] });
      void queries.invalidateQueries({ queryKey: ["recordings"], exact: true });
    },
  });
}
