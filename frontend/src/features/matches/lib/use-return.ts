import { useEffect } from "react";
import { useQueryClient } from "@tanstack/react-query";

const key = ["match-left"];

/** Remember whose page is open, so that the list can be gone on with from there. */
export function useLeaveMark(match: string): void {
  const queries = useQueryClient();
  useEffect(() => {
    queries.setQueryData(key, match);
  }, [queries, match]);
}

/** Coming back from somebody's page, go on at their card instead of at the top. */
export function useReturn(): void {
  const queries = useQueryClient();
  useEffect(() => {
    const match = queries.getQueryData<string>(key);
    if (match === undefined) return;
    queries.removeQueries({ queryKey: key, exact: true });
    // After the frame, which begins each screen at its top.
    const frame = requestAnimationFrame(() => {
      const card = document.getElementById(match);
      card?.scrollIntoView({ block: "start" });
      card?.focus({ preventScroll: true });
    });
    return () => cancelAnimationFrame(frame);
  }, [queries]);
}
