import { useCallback } from "react";
import { useQueryClient } from "@tanstack/react-query";
import { useApi } from "@/api/api-context";
import { answer } from "@/api/client";
import type { FindClip } from "../lib/clip-player";

/** A link is good for five minutes; the last of them is left for playing. */
const staleTime = 4 * 60_000;

/** Finds links to clips by their names, and keeps them while they are good. */
export function useFindClip(): FindClip {
  const api = useApi();
  const queries = useQueryClient();
  return useCallback(
    async (clip, again) => {
      const [, match = "", , fact = ""] = clip.split("/");
      const { url } = await queries.query({
        queryKey: ["clips", match, fact],
        queryFn: ({ signal }) =>
          answer(
            api.GET("/v1/matches/{match}/facts/{fact}/clip", { params: { path: { match, fact } }, signal }),
          ),
        staleTime: again ? 0 : staleTime,
        gcTime: staleTime,
      });
      return url;
    },
    [api, queries],
  );
}
