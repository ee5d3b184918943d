import { useQuery } from "@tanstack/react-query";
import { useApi } from "@/api/api-context";
import { answer } from "@/api/client";

/** My session as the server sees it. */
export function useServerSession() {
  const api = useApi();
  return useQuery({
    queryKey: ["session"],
    queryFn: ({ signal }) => answer(api.GET("/v1/session", { signal })),
  });
}
