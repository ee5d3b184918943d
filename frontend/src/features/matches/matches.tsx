import { idOf } from "@/api/client";
import { Avatar } from "@/components/avatar";
import { EmptyState } from "@/components/empty-state";
import { List, ListItem } from "@/components/list";
import { LoadMore } from "@/components/load-more";
import { Loaded } from "@/components/loaded";
import { Page } from "@/components/page";
import { TextLink } from "@/components/text-link";
import { useT } from "@/i18n/i18n";
import { useWord } from "@/lib/use-word";
import { useMatches } from "./api/use-matches";
import { Reason } from "./reason";

/** The people who fit both ways. */
export default function Matches() {
  const t = useT("matches");
  const word = useWord();
  const query = useMatches();
  return (
    <Page title={t("title")} lead={t("lead")}>
      <Loaded query={query}>
        {({ pages }) => {
          const matches = pages.flatMap((page) => page.matches);
          if (matches.length === 0) return <EmptyState title={t("empty")}>{t("empty.text")}</EmptyState>;
          return (
            <List label={t("title")}>
              {matches.map(({ name, card, band, reasons }) => (
                <ListItem key={name}>
                  <Avatar name={card?.displayName ?? ""} />
                  <h2>
                    <TextLink href={`/matches/${idOf(name)}`}>{card?.displayName}</TextLink>
                  </h2>
                  <p>{card?.headline}</p>
                  <p>{word("BAND", band)}</p>
                  {reasons[0] && <Reason reason={reasons[0]} name={card?.displayName ?? ""} />}
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
