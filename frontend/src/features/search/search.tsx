import { useState } from "react";
import { idOf } from "@/api/client";
import { Button } from "@/components/button";
import { EmptyState } from "@/components/empty-state";
import { List, ListItem } from "@/components/list";
import { Loaded } from "@/components/loaded";
import { Page } from "@/components/page";
import { TextField } from "@/components/text-field";
import { TextLink } from "@/components/text-link";
import { useT } from "@/i18n/i18n";
import { useSearch } from "./api/use-search";
import styles from "./search.module.css";

/** Find people by a sentence. */
export default function Search() {
  const t = useT("search");
  const [text, setText] = useState("");
  const [asked, setAsked] = useState("");
  const query = useSearch(asked);
  return (
    <Page title={t("title")} lead={t("lead")}>
      <form
        role="search"
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          setAsked(text.trim());
        }}
      >
        <TextField label={t("label")} type="search" value={text} onChange={setText} />
        <Button type="submit" look="primary" isPending={query.isFetching}>
          {t("submit")}
        </Button>
      </form>
      {asked !== "" && (
        <Loaded query={query}>
          {({ matches }) =>
            matches.length === 0 ? (
              <EmptyState title={t("none")}>{t("none.text")}</EmptyState>
            ) : (
              <List label={t("title")}>
                {matches.map(({ name, card }) => (
                  <ListItem key={name}>
                    <h2>
                      <TextLink href={`/matches/${idOf(name)}`}>{card?.displayName}</TextLink>
                    </h2>
                    <p>{card?.headline}</p>
                  </ListItem>
                ))}
              </List>
            )
          }
        </Loaded>
      )}
    </Page>
  );
}
