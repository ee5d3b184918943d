import { useQuery } from "@tanstack/react-query";
import { useApi } from "@/api/api-context";
import { answer } from "@/api/client";

/** One recording, and where it is on its way. */
export function useRecording(recording: string) {
  const api = useApi();
  return useQuery({
    queryKey: ["recordings", recording],
    queryFn: ({ signal }) =>
      answer(api.GET("/v1/recordings/{recording}", { params: { path: { recording } }, signal })),
  });
}
