import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useSessionState } from "@/lib/session/session-context";
import { browserAudio } from "../lib/kept-audio";

const keyOf = (recording: string) => ["recordings", recording, "audio"];

/** The sound of a whole take of mine, where this browser still has it; null where it has not. */
export function useKeptAudio(recording: string, enabled: boolean) {
  const session = useSessionState();
  const owner = session.status === "signed-in" ? session.userId : undefined;
  return useQuery({
    queryKey: keyOf(recording),
    queryFn: async () => {
      const kept = await browserAudio();
      const audio = owner === undefined ? undefined : await kept.find(owner, `recordings/${recording}`);
      return audio ?? null;
    },
    enabled: enabled && owner !== undefined,
    networkMode: "always",
    staleTime: Infinity,
  });
}

/** Remove the sound of a take from this browser; the recording stays. */
export function useForgetAudio(recording: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async () => (await browserAudio()).remove(`recordings/${recording}`),
    networkMode: "always",
    onSuccess: () => queries.setQueryData(keyOf(recording), null),
  });
}
