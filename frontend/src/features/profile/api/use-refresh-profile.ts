import { useCallback } from "react";
import { useQueryClient } from "@tanstack/react-query";

/** Returns what has everything asked for again that a change of the profile changes: resolves once it is there. */
export function useRefreshProfile(): () => Promise<void> {
  const queries = useQueryClient();
  return useCallback(async () => {
    void queries.invalidateQueries({ queryKey: ["matches"] });
    await Promise.all([
      queries.invalidateQueries({ queryKey: ["profile"] }),
      queries.invalidateQueries({ queryKey: ["facts"] }),
    ]);
  }, [queries]);
}
