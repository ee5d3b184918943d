import { useT } from "@/i18n/i18n";
import { Button } from "./button";
import { ErrorNotice } from "./error-notice";

interface Props {
  query: {
    hasNextPage: boolean;
    isFetchingNextPage: boolean;
    isFetchNextPageError: boolean;
    error: unknown;
    fetchNextPage: () => unknown;
  };
}

/** The end of a list of which there is more; takes an infinite query. */
export function LoadMore({ query }: Props) {
  const t = useT("common");
  if (query.isFetchNextPageError) {
    return <ErrorNotice error={query.error} onRetry={() => void query.fetchNextPage()} />;
  }
  if (!query.hasNextPage) return null;
  return (
    <div>
      <Button isPending={query.isFetchingNextPage} onPress={() => void query.fetchNextPage()}>
        {t("more")}
      </Button>
    </div>
  );
}
