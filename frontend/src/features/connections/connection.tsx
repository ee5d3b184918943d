import { useId } from "react";
import { idOf } from "@/api/client";
import type { Schemas } from "@/api/types";
import { Avatar } from "@/components/avatar";
import { ListItem } from "@/components/list";
import { TextLink } from "@/components/text-link";
import { BlockedPerson } from "@/features/matches/lib/blocked-person";
import { PersonFacts } from "@/features/matches/lib/person";
import { SafetyMenu } from "@/features/matches/lib/safety-menu";
import { useBlocked } from "@/features/matches/lib/use-blocked";
import { useName } from "@/features/matches/lib/use-name";
import { useT } from "@/i18n/i18n";
import { useFormat } from "@/i18n/use-format";
import styles from "./connection.module.css";

/** Somebody with whom it is mutual. */
export function Connection({ connection }: { connection: Schemas["Connection"] }) {
  const { match, card, createTime } = connection;
  const t = useT("connections");
  const format = useFormat();
  const nameOf = useName();
  const named = useId();
  const block = useBlocked(match);
  const name = nameOf(card);
  const toName = () => document.getElementById(named)?.focus();
  return (
    <ListItem>
      <div className={styles.connection}>
        <Avatar name={name} />
        <div className={styles.who}>
          <h2 id={named} tabIndex={-1}>
            {block === undefined ? <TextLink href={`/matches/${idOf(match)}`}>{name}</TextLink> : name}
          </h2>
          {block === undefined ? (
            <>
              <p>{card?.headline}</p>
              <PersonFacts card={card} />
              {createTime && <p className={styles.since}>{t("since", { when: format.date(createTime) })}</p>}
            </>
          ) : (
            <BlockedPerson block={block} name={name} named={named} onUnblocked={toName} />
          )}
        </div>
        {block === undefined && <SafetyMenu match={match} name={name} onBlocked={toName} />}
      </div>
    </ListItem>
  );
}
