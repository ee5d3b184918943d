import type { Schemas } from "@/api/types";
import { EmptyState } from "@/components/empty-state";
import { Quote, type Player } from "@/components/quote";
import { TextLink } from "@/components/text-link";
import { useT } from "@/i18n/i18n";
import { facets, useWord } from "@/lib/use-word";
import type { Hearing } from "../playback/use-take-player";
import { usePlaying } from "../playback/use-take-player";
import styles from "./understood.module.css";

type Fact = Schemas["Fact"];

/** The statements that rest on a recording, each with the words that it rests on. */
export function Understood({ facts, hearing }: { facts: readonly Fact[]; hearing: Hearing }) {
  const t = useT("recordings");
  const word = useWord();
  if (facts.length === 0) return <EmptyState title={t("facts.none")}>{t("facts.none.text")}</EmptyState>;
  return (
    <>
      <p className={styles.count}>
        {t.rich("facts.count", {
          count: facts.length,
          profile: (
            <TextLink key="profile" href="/profile">
              {t("facts.profile")}
            </TextLink>
          ),
        })}
      </p>
      {facets.map((facet) => {
        const ours = facts.filter((fact) => fact.facet === facet);
        return (
          ours.length > 0 && (
            <div key={facet} className={styles.facet}>
              <h3>{word("FACET", facet)}</h3>
              <ul className={styles.facts}>
                {ours.map((fact) => (
                  <li key={fact.name} className={styles.fact}>
                    <FactLine fact={fact} hearing={hearing} />
                  </li>
                ))}
              </ul>
            </div>
          )
        );
      })}
    </>
  );
}

function FactLine({ fact, hearing }: { fact: Fact; hearing: Hearing }) {
  const t = useT("recordings");
  const player = useQuotePlayer(fact.evidence, hearing);
  const { evidence, text, source, hidden, facet } = fact;
  return (
    <>
      {text !== evidence?.quote && <p className={styles.text}>{text}</p>}
      {evidence && (
        <Quote
          whose="mine"
          text={evidence.quote}
          startMs={evidence.typed ? undefined : evidence.startMs}
          player={player}
        />
      )}
      {source === "SOURCE_USER" && <p className={styles.note}>{t("facts.edited")}</p>}
      {(hidden || facet === "FACET_EXCLUSION") && <p className={styles.note}>{t("facts.hidden")}</p>}
    </>
  );
}

/** Plays just the quote; nothing for what was written. */
function useQuotePlayer(evidence: Fact["evidence"], { player, canHear }: Hearing): Player | undefined {
  const startMs = evidence?.startMs ?? 0;
  const endMs = evidence?.endMs ?? 0;
  const state = usePlaying(player, (playing) =>
    playing.untilMs === endMs && playing.positionMs >= startMs && playing.positionMs <= endMs
      ? playing.state
      : "idle",
  );
  if (!evidence || evidence.typed || !canHear(startMs)) return undefined;
  return {
    state,
    onPress: () => (state === "idle" ? void player.play(startMs, endMs) : player.pause()),
  };
}
