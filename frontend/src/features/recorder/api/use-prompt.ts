import { useQuery } from "@tanstack/react-query";
import { useApi } from "@/api/api-context";
import { answer } from "@/api/client";

/** The question whose answer is most missing from the person's profile. */
export function usePrompt(language: string, enabled: boolean) {
  const api = useApi();
  return useQuery({
    enabled,
    queryKey: ["prompt", language],
    queryFn: ({ signal }) =>
      answer(api.GET("/v1/prompts:suggest", { params: { query: { language } }, signal })),
  });
}
