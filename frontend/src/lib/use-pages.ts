import { useInfiniteQuery, type InfiniteData, type UseInfiniteQueryResult } from "@tanstack/react-query";

interface PageOf {
  nextPageToken: string;
}

/** A list that comes in pages, for `LoadMore`; `ask` gets the token of the page, none for the first. */
export function usePages<P extends PageOf>(
  queryKey: readonly unknown[],
  ask: (pageToken: string | undefined, signal: AbortSignal) => Promise<P>,
): UseInfiniteQueryResult<InfiniteData<P>> {
  return useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam, signal }) => ask(pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextPageToken || undefined,
  });
}
