import { useApi } from "@/api/api-context";
import { answer } from "@/api/client";
import { usePages } from "@/lib/use-pages";

/** Reports that wait for a decision. */
export function useReports() {
  const api = useApi();
  return usePages(["reports"], (pageToken, signal) =>
    answer(api.GET("/v1/reports", { params: { query: pageToken ? { pageToken } : {} }, signal })),
  );
}
