import { useQuery } from "@tanstack/react-query";
import { useApi } from "@/api/api-context";
import { answer } from "@/api/client";

/** One person, with every reason. */
export function useMatch(match: string) {
  const api = useApi();
  return useQuery({
    queryKey: ["matches", match],
    queryFn: ({ signal }) => answer(api.GET("/v1/matches/{match}", { params: { path: { match } }, signal })),
  });
}
