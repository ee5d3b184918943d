import { ButtonLink } from "@/components/button";
import { EmptyState } from "@/components/empty-state";
import { Endless } from "@/components/endless";
import { List } from "@/components/list";
import { Loaded } from "@/components/loaded";
import { Page } from "@/components/page";
import { useT } from "@/i18n/i18n";
import { useConnections } from "./api/use-connections";
import { Blocks } from "./blocks";
import { Connection } from "./connection";

/** The people with whom it is mutual, and those who are kept away. */
export default function Connections() {
  const t = useT("connections");
  const query = useConnections();
  return (
    <Page title={t("title")} lead={t("lead")}>
      <Loaded query={query}>
        {({ pages }) => {
          const connections = pages.flatMap((page) => page.connections);
          if (connections.length === 0) {
            return (
              <EmptyState
                title={t("empty")}
                action={<ButtonLink href="/matches">{t("empty.next")}</ButtonLink>}
              >
                {t("empty.text")}
              </EmptyState>
            );
          }
          return (
            <List label={t("title")}>
              {connections.map((connection) => (
                <Connection key={connection.name} connection={connection} />
              ))}
            </List>
          );
        }}
      </Loaded>
      <Endless query={query} />
      <Blocks />
    </Page>
  );
}
