import { useQuery } from "@tanstack/react-query";
import { useApi } from "@/api/api-context";
import { answer } from "@/api/client";

/** What must be true of the people I am shown. */
export function usePreferences() {
  const api = useApi();
  return useQuery({
    queryKey: ["preferences"],
    queryFn: ({ signal }) => answer(api.GET("/v1/preferences", { signal })),
  });
}
