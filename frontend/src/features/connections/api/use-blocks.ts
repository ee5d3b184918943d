import { useApi } from "@/api/api-context";
import { answer } from "@/api/client";
import { usePages } from "@/lib/use-pages";

/** Whom I block, newest first. */
export function useBlocks() {
  const api = useApi();
  return usePages(["blocks"], (pageToken, signal) =>
    answer(api.GET("/v1/blocks", { params: { query: pageToken ? { pageToken } : {} }, signal })),
  );
}
