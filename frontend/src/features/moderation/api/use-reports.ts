import { useApi } from "@/api/api-context";
import { answer } from "@/api/client";
import { usePages } from "@/lib/use-pages";

/** Reports, oldest first: those that wait for a decision, or all. */
export function useReports(includeResolved: boolean) {
  const api = useApi();
  return usePages(["reports", { includeResolved }], (pageToken, signal) =>
    answer(
      api.GET("/v1/reports", {
        params: {
          query: { ...(includeResolved ? { includeResolved } : {}), ...(pageToken ? { pageToken } : {}) },
        },
        signal,
      }),
    ),
  );
}
