import { useQuery } from "@tanstack/react-query";
import { useApi } from "@/api/api-context";
import { answer } from "@/api/client";

/** What I agree to. */
export function useConsents() {
  const api = useApi();
  return useQuery({
    queryKey: ["consents"],
    queryFn: ({ signal }) => answer(api.GET("/v1/consents", { signal })),
  });
}
