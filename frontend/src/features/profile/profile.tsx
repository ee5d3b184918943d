import { ButtonLink } from "@/components/button";
import { EmptyState } from "@/components/empty-state";
import { List, ListItem } from "@/components/list";
import { LoadMore } from "@/components/load-more";
import { Loaded } from "@/components/loaded";
import { Page } from "@/components/page";
import { Quote } from "@/components/quote";
import { useT } from "@/i18n/i18n";
import { facets, useWord } from "@/lib/use-word";
import { useFacts } from "./api/use-facts";

/** What is known about me, by facet. */
export default function Profile() {
  const t = useT("profile");
  const word = useWord();
  const query = useFacts();
  return (
    <Page title={t("title")} lead={t("lead")}>
      <Loaded query={query}>
        {({ pages }) => {
          const facts = pages.flatMap((page) => page.facts);
          if (facts.length === 0) {
            return (
              <EmptyState title={t("empty")} action={<ButtonLink href="/">{t("empty.action")}</ButtonLink>}>
                {t("empty.text")}
              </EmptyState>
            );
          }
          return facets
            .map((facet) => ({ facet, own: facts.filter((fact) => fact.facet === facet) }))
            .filter(({ own }) => own.length > 0)
            .map(({ facet, own }) => (
              <section key={facet}>
                <h2>{word("FACET", facet)}</h2>
                <List>
                  {own.map(({ name, text, evidence }) => (
                    <ListItem key={name}>
                      <p>{text}</p>
                      {evidence?.quote && (
                        <Quote
                          text={evidence.quote}
                          whose="mine"
                          startMs={evidence.typed ? undefined : evidence.startMs}
                        />
                      )}
                    </ListItem>
                  ))}
                </List>
              </section>
            ));
        }}
      </Loaded>
      <LoadMore query={query} />
    </Page>
  );
}
