import { useCallback } from "react";
import { useQueryClient } from "@tanstack/react-query";
import { useApi } from "@/api/api-context";
import { answer } from "@/api/client";

/** Returns what gives a link to the seconds of my own voice behind a fact; one that is still good is used again. */
export function useMyClips(): (fact: string) => Promise<string> {
  const api = useApi();
  const queries = useQueryClient();
  return useCallback(
    async (fact) => {
      const clip = await queries.query({
        queryKey: ["clips", "me", fact],
        queryFn: ({ signal }) => {
          const params = { path: { match: "me", fact } };
          return answer(api.GET("/v1/matches/{match}/facts/{fact}/clip", { params, signal }));
        },
        staleTime: 4 * 60_000, // the link is good for five minutes
      });
      return clip.url;
    },
    [api, queries],
  );
}
