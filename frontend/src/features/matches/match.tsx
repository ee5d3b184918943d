import { useParams } from "wouter";
import { List, ListItem } from "@/components/list";
import { Loaded } from "@/components/loaded";
import { Page } from "@/components/page";
import { useT } from "@/i18n/i18n";
import { useWord } from "@/lib/use-word";
import { useMatch } from "./api/use-match";
import { Reason } from "./reason";

/** One person and every reason why. */
export default function Match() {
  const { match } = useParams<{ match: string }>();
  const t = useT("matches");
  const word = useWord();
  const query = useMatch(match);
  const card = query.data?.card;
  return (
    <Page title={card?.displayName ?? t("one")} lead={card?.headline}>
      <Loaded query={query}>
        {({ band, reasons }) => (
          <>
            <p>{word("BAND", band)}</p>
            <List label={t("because", { count: reasons.length })}>
              {reasons.map((reason, index) => (
                <ListItem key={index}>
                  <h2>{word("DIRECTION", reason.direction)}</h2>
                  <Reason reason={reason} name={card?.displayName ?? ""} />
                </ListItem>
              ))}
            </List>
          </>
        )}
      </Loaded>
    </Page>
  );
}
