import { idOf } from "@/api/client";
import { ButtonLink } from "@/components/button";
import { EmptyState } from "@/components/empty-state";
import { List, ListItem } from "@/components/list";
import { LoadMore } from "@/components/load-more";
import { Loaded } from "@/components/loaded";
import { Page } from "@/components/page";
import { TextLink } from "@/components/text-link";
import { useT } from "@/i18n/i18n";
import { useFormat } from "@/i18n/use-format";
import { useWord } from "@/lib/use-word";
import { useRecordings } from "./api/use-recordings";

/** My recordings. */
export default function Recordings() {
  const t = useT("recordings");
  const word = useWord();
  const format = useFormat();
  const query = useRecordings();
  return (
    <Page title={t("title")} lead={t("lead")}>
      <Loaded query={query}>
        {({ pages }) => {
          const recordings = pages.flatMap((page) => page.recordings);
          if (recordings.length === 0) {
            return (
              <EmptyState title={t("empty")} action={<ButtonLink href="/">{t("empty.action")}</ButtonLink>}>
                {t("empty.text")}
              </EmptyState>
            );
          }
          return (
            <List label={t("title")}>
              {recordings.map(({ name, prompt, state, createTime }) => (
                <ListItem key={name}>
                  <h2>
                    <TextLink href={`/recordings/${idOf(name)}`}>{prompt || t("noPrompt")}</TextLink>
                  </h2>
                  <p>{word("STATE", state)}</p>
                  {createTime && <p>{t("created", { when: format.ago(createTime) })}</p>}
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
