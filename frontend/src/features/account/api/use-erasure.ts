import { useQuery } from "@tanstack/react-query";
import { useApi } from "@/api/api-context";
import { answer } from "@/api/client";

const pause = 1_000;

/** An erasure, asked for again and again until everything is gone. No sign-in is needed for it. */
export function useErasure(erasure: string) {
  const api = useApi();
  return useQuery({
    queryKey: ["erasures", erasure],
    queryFn: ({ signal }) =>
      answer(api.GET("/v1/erasures/{erasure}", { params: { path: { erasure } }, signal })),
    refetchInterval: ({ state }) => (state.data?.state === "STATE_DONE" ? false : pause),
    // Who waits for this may be looking at something else meanwhile.
    refetchIntervalInBackground: true,
  });
}
