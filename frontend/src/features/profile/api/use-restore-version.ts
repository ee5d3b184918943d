import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useApi } from "@/api/api-context";
import { answer } from "@/api/client";
import { useRefreshProfile } from "./use-refresh-profile";

interface Restoration {
  version: string;
  /** Of the profile with which it was compared. */
  etag: string;
}

/** Make a version as an older one was. */
export function useRestoreVersion() {
  const api = useApi();
  const queries = useQueryClient();
  const refresh = useRefreshProfile();
  return useMutation({
    mutationFn: ({ version, etag }: Restoration) =>
      answer(
        api.POST("/v1/profile/versions/{version}:restore", { params: { path: { version } }, body: { etag } }),
      ),
    onSuccess: (profile) => queries.setQueryData(["profile"], profile),
    onSettled: refresh,
  });
}
