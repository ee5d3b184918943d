import { idOf } from "@/api/client";
import { EmptyState } from "@/components/empty-state";
import { List, ListItem } from "@/components/list";
import { LoadMore } from "@/components/load-more";
import { Loaded } from "@/components/loaded";
import { Page } from "@/components/page";
import { TextLink } from "@/components/text-link";
import { useT } from "@/i18n/i18n";
import { useFormat } from "@/i18n/use-format";
import { useConnections } from "./api/use-connections";

/** The people with whom it is mutual. */
export default function Connections() {
  const t = useT("connections");
  const format = useFormat();
  const query = useConnections();
  return (
    <Page title={t("title")} lead={t("lead")}>
      <Loaded query={query}>
        {({ pages }) => {
          const connections = pages.flatMap((page) => page.connections);
          if (connections.length === 0) return <EmptyState title={t("empty")}>{t("empty.text")}</EmptyState>;
          return (
            <List label={t("title")}>
              {connections.map(({ name, match, card, createTime }) => (
                <ListItem key={name}>
                  <h2>
                    <TextLink href={`/matches/${idOf(match)}`}>{card?.displayName}</TextLink>
                  </h2>
                  <p>{card?.headline}</p>
                  {createTime && <p>{t("since", { when: format.date(createTime) })}</p>}
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
