import { useRef } from "react";
import type { Schemas } from "@/api/types";
import { useT } from "@/i18n/i18n";
import { MatchCard } from "./match-card";
import { useFeedKeys } from "./use-feed-keys";
import { useReturn } from "./use-return";
import styles from "./match-feed.module.css";

interface Props {
  label: string;
  matches: readonly Schemas["Match"][];
  query: { hasNextPage: boolean; isFetchingNextPage: boolean };
  theirsOnly?: boolean;
}

/** People one below the other. From within a card the keys go from person to person. */
export function MatchFeed({ label, matches, query, theirsOnly = false }: Props) {
  const t = useT("matches");
  const feed = useRef<HTMLDivElement>(null);
  useFeedKeys(feed);
  useReturn();
  const total = query.hasNextPage ? -1 : matches.length;
  return (
    <div className={styles.around}>
      <div
        ref={feed}
        role="feed"
        aria-label={label}
        aria-busy={query.isFetchingNextPage}
        className={styles.feed}
      >
        {matches.map((match, index) => (
          <MatchCard
            key={match.name}
            match={match}
            position={index + 1}
            total={total}
            theirsOnly={theirsOnly}
          />
        ))}
      </div>
      {matches.length > 1 && <p className={styles.keys}>{t("keys")}</p>}
    </div>
  );
}
