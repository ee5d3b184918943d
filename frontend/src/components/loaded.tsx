import type { ReactNode } from "react";
import type { UseQueryResult } from "@tanstack/react-query";
import { ErrorNotice } from "./error-notice";
import { Skeleton } from "./skeleton";

interface Props<T> {
  query: UseQueryResult<T>;
  children: (data: T) => ReactNode;
  skeleton?: ReactNode;
}

/** What a query gave, once it is there; before, its place; instead, why not. Old data stays when a later try fails. */
export function Loaded<T>({ query, children, skeleton = <Skeleton lines={5} /> }: Props<T>) {
  // What fails further down a list is told there: see `LoadMore`.
  const below = "isFetchNextPageError" in query && query.isFetchNextPageError === true;
  return (
    <>
      {query.isError && !below && <ErrorNotice error={query.error} onRetry={() => void query.refetch()} />}
      {query.data === undefined ? !query.isError && skeleton : children(query.data)}
    </>
  );
}
