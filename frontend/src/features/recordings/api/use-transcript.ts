import { useQuery } from "@tanstack/react-query";
import { useApi } from "@/api/api-context";
import { ApiError } from "@/api/api-error";
import { answer } from "@/api/client";

/** What was said or written; null when there is no transcript. Asked for once there `mayBe` one. */
export function useTranscript(recording: string, mayBe: boolean) {
  const api = useApi();
  return useQuery({
    queryKey: ["recordings", recording, "transcript"],
    queryFn: async ({ signal }) => {
      try {
        return await answer(
          api.GET("/v1/recordings/{recording}/transcript", { params: { path: { recording } }, signal }),
        );
      } catch (error) {
        if (error instanceof ApiError && error.reason === "TRANSCRIPT_NOT_FOUND") return null;
        throw error;
      }
    },
    enabled: mayBe,
  });
}
