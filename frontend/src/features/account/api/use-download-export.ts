import { useMutation } from "@tanstack/react-query";
import { useApi } from "@/api/api-context";
import { answer, idOf } from "@/api/client";
import { download } from "../download";

/** Fetch the archive. Links are good for five minutes, so each press gets a new one. */
export function useDownloadExport(name: string) {
  const api = useApi();
  return useMutation({
    mutationFn: () => answer(api.GET("/v1/exports/{export}", { params: { path: { export: idOf(name) } } })),
    onSuccess: ({ url }) => download(url),
  });
}
