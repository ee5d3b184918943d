import { useQuery } from "@tanstack/react-query";
import { useApi } from "@/api/api-context";
import { answer } from "@/api/client";

/** What was understood of a recording; asked for once it is `ready`. */
export function useTranscript(recording: string, ready: boolean) {
  const api = useApi();
  return useQuery({
    queryKey: ["recordings", recording, "transcript"],
    queryFn: ({ signal }) =>
      answer(api.GET("/v1/recordings/{recording}/transcript", { params: { path: { recording } }, signal })),
    enabled: ready,
  });
}
