import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useApi } from "@/api/api-context";
import { ApiError } from "@/api/api-error";
import { answer, idOf } from "@/api/client";
import type { Schemas } from "@/api/types";

export type Decision = Exclude<Schemas["Report.Resolution"], "RESOLUTION_UNSPECIFIED">;

/** Decide about a report. Other open ones about the same person end with it, so all are asked for again. */
export function useResolveReport(name: string) {
  const api = useApi();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (decision: { resolution: Decision; note: string }) =>
      answer(
        api.POST("/v1/reports/{report}:resolve", {
          params: { path: { report: idOf(name) } },
          body: decision,
        }),
      ),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["reports"] }),
    onError: (error) => {
      // Somebody else was faster: show what they decided.
      if (error instanceof ApiError && error.reason === "REPORT_RESOLVED") {
        void queries.invalidateQueries({ queryKey: ["reports"] });
      }
    },
  });
}
