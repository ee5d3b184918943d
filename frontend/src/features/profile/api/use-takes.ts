import { useQuery } from "@tanstack/react-query";
import { useApi } from "@/api/api-context";
import { answer } from "@/api/client";
import type { Schemas } from "@/api/types";

type Takes = ReadonlyMap<string, Schemas["Recording"]>;

/** My recordings by name, to say where something was said. A nicety: without them, or with an older one, less is said. */
export function useTakes(): Takes | undefined {
  const api = useApi();
  const { data } = useQuery({
    queryKey: ["recordings by name"],
    queryFn: async ({ signal }): Promise<Takes> => {
      const { recordings } = await answer(
        api.GET("/v1/recordings", { params: { query: { pageSize: 100 } }, signal }),
      );
      return new Map(recordings.map((recording) => [recording.name, recording]));
    },
  });
  return data;
}
