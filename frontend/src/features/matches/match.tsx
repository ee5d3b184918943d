import { useParams } from "wouter";
import type { Schemas } from "@/api/types";
import { Page } from "@/components/page";
import { TextLink } from "@/components/text-link";
import { useT } from "@/i18n/i18n";
import { useMatch } from "./api/use-match";
import { BlockedPerson } from "./lib/blocked-person";
import { CardSkeletons } from "./lib/card-skeletons";
import { Clips } from "./lib/clips";
import { PersonFacts } from "./lib/person";
import { Reactions } from "./lib/reactions";
import { Ready } from "./lib/ready";
import { Reason } from "./lib/reason";
import { SafetyMenu } from "./lib/safety-menu";
import { useBlocked } from "./lib/use-blocked";
import { useName } from "./lib/use-name";
import { useLeaveMark } from "./lib/use-return";
import styles from "./match.module.css";

/** One person and every reason why. */
export default function Match() {
  const { match: id } = useParams<{ match: string }>();
  const t = useT("matches");
  const nameOf = useName();
  const query = useMatch(id);
  const block = useBlocked(`matches/${id}`);
  useLeaveMark(id);
  const card = query.data?.card;
  const name = query.data ? nameOf(card) : t("one");
  const known = query.data !== undefined && block === undefined;
  return (
    <Page
      title={name}
      lead={known ? card?.headline : undefined}
      actions={known ? <SafetyMenu match={query.data.name} name={name} onBlocked={toHeading} /> : undefined}
    >
      {block === undefined ? (
        <Ready query={query} skeleton={<CardSkeletons />}>
          {(match) => <Person match={match} name={name} />}
        </Ready>
      ) : (
        <BlockedPerson
          block={block}
          name={name}
          onUnblocked={() => {
            void query.refetch();
            toHeading();
          }}
        />
      )}
      <p>
        <TextLink href="/matches">{t("all")}</TextLink>
      </p>
    </Page>
  );
}

/** The buttons that had the focus are gone: go on from the top. */
function toHeading() {
  document.querySelector<HTMLElement>("main h1")?.focus();
}

const directions = ["DIRECTION_THEY_ANSWER", "DIRECTION_I_ANSWER", "DIRECTION_SHARED"] as const;

function Person({ match, name }: { match: Schemas["Match"]; name: string }) {
  const t = useT("matches");
  const { reasons } = match;
  const inOrder = directions.flatMap((direction) =>
    reasons.filter((reason) => reason.direction === direction),
  );
  return (
    <Clips>
      <div className={styles.top}>
        <PersonFacts card={match.card} band={match.band} />
        <Reactions match={match} name={name} main onAnswered={toHeading} />
      </div>
      {inOrder.length === 0 ? (
        <p>{t("noReasons", { name })}</p>
      ) : (
        <div className={styles.reasons}>
          {inOrder.map((reason, index) => (
            <Reason key={index} reason={reason} name={name} level={2} />
          ))}
        </div>
      )}
    </Clips>
  );
}
