import { useQuery } from "@tanstack/react-query";
import { useApi } from "@/api/api-context";
import { answer } from "@/api/client";
import { isTakenIn } from "../taken-in";

/** How long until the matching is asked again whether it knows the newest version. */
const waitMs = 3_000;

/** My profile; asked for again until the matching knows it as it is. */
export function useProfile() {
  const api = useApi();
  return useQuery({
    queryKey: ["profile"],
    queryFn: ({ signal }) => answer(api.GET("/v1/profile", { signal })),
    refetchInterval: ({ state }) => (state.data && !isTakenIn(state.data) ? waitMs : false),
  });
}
