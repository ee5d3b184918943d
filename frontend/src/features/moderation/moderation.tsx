import { EmptyState } from "@/components/empty-state";
import { List, ListItem } from "@/components/list";
import { LoadMore } from "@/components/load-more";
import { Loaded } from "@/components/loaded";
import { Page } from "@/components/page";
import { useT } from "@/i18n/i18n";
import { useWord } from "@/lib/use-word";
import { useReports } from "./api/use-reports";

/** Reports, for moderators. */
export default function Moderation() {
  const t = useT("moderation");
  const word = useWord();
  const query = useReports();
  return (
    <Page title={t("title")} lead={t("lead")}>
      <Loaded query={query}>
        {({ pages }) => {
          const reports = pages.flatMap((page) => page.reports);
          if (reports.length === 0) return <EmptyState title={t("empty")} />;
          return (
            <List label={t("title")}>
              {reports.map(({ name, category, comment, card, reportCount }) => (
                <ListItem key={name}>
                  <h2>{word("CATEGORY", category)}</h2>
                  <p>{comment}</p>
                  <p>{card?.displayName}</p>
                  <p>{t("reports", { count: reportCount })}</p>
                </ListItem>
              ))}
            </List>
          );
        }}
      </Loaded>
      <LoadMore query={query} />
    </Page>
  );
}
