import { useQuery } from "@tanstack/react-query";
import { useApi } from "@/api/api-context";
import { answer, idOf } from "@/api/client";

const pause = 1_500;

/** An export of mine, asked for again and again until it is packed. */
export function useExport(name: string | undefined) {
  const api = useApi();
  return useQuery({
    queryKey: ["exports", name],
    enabled: name !== undefined,
    queryFn: ({ signal }) =>
      answer(api.GET("/v1/exports/{export}", { params: { path: { export: idOf(name ?? "") } }, signal })),
    refetchInterval: ({ state }) => (state.data?.state === "STATE_RUNNING" ? pause : false),
    staleTime: 0,
  });
}
