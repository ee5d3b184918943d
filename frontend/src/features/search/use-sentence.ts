import { useQuery, useQueryClient } from "@tanstack/react-query";

const queryKey = ["sentence"];

/**
 * The sentence that was last asked, so that people who looked at somebody come back to the others. It is nowhere but
 * in memory, and goes with everything else when the session ends.
 */
export function useSentence(): readonly [sentence: string, ask: (sentence: string) => void] {
  const queries = useQueryClient();
  const { data } = useQuery({
    queryKey,
    queryFn: () => "",
    initialData: "",
    enabled: false,
    staleTime: Infinity,
    gcTime: Infinity,
  });
  return [data, (sentence) => queries.setQueryData(queryKey, sentence)];
}
