import { useEffect, useState } from "react";
import { useAnnounce } from "@/components/announcer";
import { Button } from "@/components/button";
import { EmptyState } from "@/components/empty-state";
import { Endless } from "@/components/endless";
import { Page } from "@/components/page";
import { TextArea } from "@/components/text-field";
import { CardSkeletons } from "@/features/matches/lib/card-skeletons";
import { Clips } from "@/features/matches/lib/clips";
import { MatchFeed } from "@/features/matches/lib/match-feed";
import { Ready } from "@/features/matches/lib/ready";
import { useT } from "@/i18n/i18n";
import { useSearch } from "./api/use-search";
import { Examples } from "./examples";
import { useSentence } from "./use-sentence";
import styles from "./search.module.css";

const shortest = 2;
const longest = 300;

/** Find people by a sentence. */
export default function Search() {
  const t = useT("search");
  const [asked, ask] = useSentence();
  const [text, setText] = useState(asked);
  const [tooShort, setTooShort] = useState(false);
  const query = useSearch(asked);

  const search = (sentence: string) => {
    const trimmed = sentence.trim();
    setTooShort(trimmed.length < shortest);
    if (trimmed.length < shortest) return;
    setText(trimmed);
    if (trimmed === asked) void query.refetch();
    else ask(trimmed);
  };

  return (
    <Page title={t("title")} lead={t("lead")}>
      <form
        role="search"
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          search(text);
        }}
      >
        <TextArea
          label={t("label")}
          help={t("help")}
          value={text}
          onChange={setText}
          rows={2}
          maxLength={longest}
          spoken
          error={tooShort ? t("tooShort") : undefined}
        />
        <Button type="submit" look="primary" isPending={query.isFetching && !query.isFetchingNextPage}>
          {t("submit")}
        </Button>
      </form>
      {asked === "" ? <Examples onPick={search} /> : <Found query={query} sentence={asked} />}
    </Page>
  );
}

interface FoundProps {
  query: ReturnType<typeof useSearch>;
  sentence: string;
}

function Found({ query, sentence }: FoundProps) {
  const t = useT("search");
  const announce = useAnnounce();
  const [first] = query.data?.pages ?? [];
  const count = first?.matches.length;
  const more = first !== undefined && first.nextPageToken !== "";
  useEffect(() => {
    if (count === undefined) return;
    announce(count === 0 ? t("none") : t(more ? "found.more" : "found", { count }));
  }, [announce, t, sentence, count, more]);

  return (
    <Clips>
      <Ready query={query} skeleton={<CardSkeletons />}>
        {({ pages }) => {
          const matches = pages.flatMap((page) => page.matches);
          if (matches.length === 0) return <EmptyState title={t("none")}>{t("none.text")}</EmptyState>;
          return (
            <>
              <p className={styles.note}>{t("note")}</p>
              <MatchFeed label={t("results")} matches={matches} query={query} theirsOnly />
              <Endless query={query} />
            </>
          );
        }}
      </Ready>
    </Clips>
  );
}
