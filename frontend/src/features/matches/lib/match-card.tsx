import { memo, useId, useRef } from "react";
import { idOf } from "@/api/client";
import type { Schemas } from "@/api/types";
import { Avatar } from "@/components/avatar";
import { TextLink } from "@/components/text-link";
import { useT } from "@/i18n/i18n";
import { BlockedPerson } from "./blocked-person";
import { PersonFacts } from "./person";
import { Reactions } from "./reactions";
import { Reason } from "./reason";
import { SafetyMenu } from "./safety-menu";
import { Shared } from "./shared";
import { useBlocked } from "./use-blocked";
import { useName } from "./use-name";
import styles from "./match-card.module.css";

interface Props {
  match: Schemas["Match"];
  /** Its place in the list, from 1. */
  position: number;
  /** How long the list is; -1 while that is not known. */
  total: number;
  /** They answer a sentence that is the same for all: only their side is shown. */
  theirsOnly?: boolean;
}

/** Somebody, and a picture of why. */
export const MatchCard = memo(function MatchCard({ match, position, total, theirsOnly = false }: Props) {
  const nameOf = useName();
  const named = useId();
  const card = useRef<HTMLElement>(null);
  const block = useBlocked(match.name);
  const name = nameOf(match.card);
  const toCard = () => {
    card.current?.focus({ preventScroll: true });
    // A card that became small may have shrunk out of sight.
    requestAnimationFrame(() => {
      const element = card.current;
      if (element && element.offsetHeight < window.innerHeight) element.scrollIntoView({ block: "nearest" });
    });
  };
  const passed = match.reaction === "REACTION_PASS" && !match.connected;
  const slim = block !== undefined || passed;
  return (
    <article
      ref={card}
      tabIndex={-1}
      id={idOf(match.name)}
      aria-labelledby={named}
      aria-posinset={position}
      aria-setsize={total}
      className={`${styles.card} ${slim ? styles.slim : ""}`}
    >
      <header className={styles.head}>
        <Avatar name={name} />
        <div className={styles.who}>
          <h2 id={named} className={styles.name}>
            {block === undefined ? <TextLink href={`/matches/${idOf(match.name)}`}>{name}</TextLink> : name}
          </h2>
          {!slim && <p className={styles.headline}>{match.card?.headline}</p>}
          {!slim && <PersonFacts card={match.card} band={match.band} />}
        </div>
        {block === undefined && <SafetyMenu match={match.name} name={name} onBlocked={toCard} />}
      </header>
      {!slim && <Why match={match} name={name} theirsOnly={theirsOnly} />}
      {block === undefined ? (
        <Reactions match={match} name={name} named={named} onAnswered={toCard} />
      ) : (
        <BlockedPerson block={block} name={name} named={named} onUnblocked={toCard} />
      )}
    </article>
  );
});

interface WhyProps {
  match: Schemas["Match"];
  name: string;
  theirsOnly: boolean;
}

/** The strongest reason each way, and what both share. The rest is on the person's own page. */
function Why({ match: { name: match, reasons }, name, theirsOnly }: WhyProps) {
  const t = useT("matches");
  if (theirsOnly) {
    return reasons.map((reason, index) => (
      <Reason key={index} reason={reason} name={name} level={3} theirsOnly />
    ));
  }
  const ofDirection = (direction: Schemas["Reason"]["direction"]) =>
    reasons.find((reason) => reason.direction === direction);
  const theyAnswer = ofDirection("DIRECTION_THEY_ANSWER");
  const iAnswer = ofDirection("DIRECTION_I_ANSWER");
  const shared = ofDirection("DIRECTION_SHARED");
  const shown = [theyAnswer, iAnswer, shared].filter((reason) => reason !== undefined);
  const more = reasons.length - shown.length;
  return (
    <>
      {theyAnswer && <Reason reason={theyAnswer} name={name} level={3} />}
      {iAnswer && <Reason reason={iAnswer} name={name} level={3} />}
      {shared && <Shared reason={shared} name={name} />}
      {more > 0 && (
        <p>
          <TextLink href={`/matches/${idOf(match)}`}>{t("moreReasons", { count: more, name })}</TextLink>
        </p>
      )}
    </>
  );
}
