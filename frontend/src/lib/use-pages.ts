import { useInfiniteQuery, type InfiniteData, type UseInfiniteQueryResult } from "@tanstack/react-query";

interface PageOf {
  nextPageToken: string;
}

interface Options<P> {
  /** Whether to ask at all. */
  enabled?: boolean;
  /** Whether to ask anew, page by page, when the person comes back to the window. */
  refetchOnWindowFocus?: boolean;
  /** After how many milliseconds to ask anew, by what is there; `false` for not at all. */
  again?: (pages: readonly P[]) => number | false;
}

/** A list that comes in pages, for `LoadMore`; `ask` gets the token of the page, none for the first. */
export function usePages<P extends PageOf>(
  queryKey: readonly unknown[],
  ask: (pageToken: string | undefined, signal: AbortSignal) => Promise<P>,
  { again = () => false, ...options }: Options<P> = {},
): UseInfiniteQueryResult<InfiniteData<P>> {
  return useInfiniteQuery({
    ...options,
    queryKey,
    queryFn: ({ pageParam, signal }) => ask(pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextPageToken || undefined,
    refetchInterval: ({ state }) => again(state.data?.pages ?? []),
  });
}
