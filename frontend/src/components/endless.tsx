import { useCallback } from "react";
import { ApiError } from "@/api/api-error";
import { useT } from "@/i18n/i18n";
import { useErrorText } from "@/lib/use-error-text";
import { Button } from "./button";
import { LoadMore } from "./load-more";
import { Notice } from "./notice";

interface Props {
  query: Parameters<typeof LoadMore>[0]["query"] & { refetch: () => unknown };
}

/** How far before its end the next page of a list is asked for. */
const ahead = "1200px";

/**
 * The end of a list that goes on by itself when people come near it; the button stays for those who come by other
 * ways. A list that has moved on meanwhile is loaded again.
 */
export function Endless({ query }: Props) {
  const { hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage, error, refetch } = query;
  const waits = hasNextPage && !isFetchingNextPage && !isFetchNextPageError;
  const end = useCallback(
    (element: HTMLElement | null) => {
      if (!element || !waits || !("IntersectionObserver" in window)) return;
      const observer = new IntersectionObserver(
        (entries) => entries.some(({ isIntersecting }) => isIntersecting) && fetchNextPage(),
        { rootMargin: ahead },
      );
      observer.observe(element);
      return () => observer.disconnect();
    },
    [waits, fetchNextPage],
  );
  if (isFetchNextPageError && error instanceof ApiError && error.reason === "INVALID_PAGE_TOKEN") {
    return <MovedOn error={error} onReload={refetch} />;
  }
  return (
    <div ref={end}>
      <LoadMore query={query} />
    </div>
  );
}

function MovedOn({ error, onReload }: { error: ApiError; onReload: () => unknown }) {
  const t = useT("common");
  const { text } = useErrorText()(error);
  return (
    <Notice
      tone="caution"
      role="alert"
      action={
        <Button size="small" onPress={() => void onReload()}>
          {t("reload")}
        </Button>
      }
    >
      {text}
    </Notice>
  );
}
