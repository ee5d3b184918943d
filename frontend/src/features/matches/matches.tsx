import { EmptyState } from "@/components/empty-state";
import { Endless } from "@/components/endless";
import { Page } from "@/components/page";
import { useT } from "@/i18n/i18n";
import { useMatches } from "./api/use-matches";
import { Explain } from "./explain";
import { CardSkeletons } from "./lib/card-skeletons";
import { Clips } from "./lib/clips";
import { MatchFeed } from "./lib/match-feed";
import { Ready } from "./lib/ready";

/** With fewer people than this, it is said why there are so few. */
const few = 5;

/** The people who fit both ways. */
export default function Matches() {
  const t = useT("matches");
  const query = useMatches();
  return (
    <Page title={t("title")} lead={t("lead")}>
      <Clips>
        <Ready query={query} skeleton={<CardSkeletons />}>
          {({ pages }) => {
            const matches = pages.flatMap((page) => page.matches);
            return (
              <>
                {matches.length === 0 ? (
                  <EmptyState title={t("empty")}>{t("empty.text")}</EmptyState>
                ) : (
                  <MatchFeed label={t("title")} matches={matches} query={query} />
                )}
                <Endless query={query} />
                {!query.hasNextPage && matches.length < few && <Explain />}
              </>
            );
          }}
        </Ready>
      </Clips>
    </Page>
  );
}
