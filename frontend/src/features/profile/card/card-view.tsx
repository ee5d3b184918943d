import { Avatar } from "@/components/avatar";
import { List, ListItem } from "@/components/list";
import { Loaded } from "@/components/loaded";
import { Notice } from "@/components/notice";
import { Quote } from "@/components/quote";
import { Section } from "@/components/section";
import { TextLink } from "@/components/text-link";
import type { Schemas } from "@/api/types";
import { useT } from "@/i18n/i18n";
import { useFormat } from "@/i18n/use-format";
import { useWord } from "@/lib/use-word";
import { useCard } from "../api/use-card";
import { sameWords } from "../facts/same-words";
import { VisibilitySwitch } from "./visibility-switch";
import styles from "./card-view.module.css";

/** How others may see me. */
export function CardView() {
  const query = useCard();
  return <Loaded query={query}>{(card) => <Shown card={card} />}</Loaded>;
}

function Shown({ card }: { card: Schemas["ProfileCard"] }) {
  const t = useT("profile");
  return (
    <div>
      <Section title={t("card.who")} lead={t("card.who.lead")}>
        <VisibilitySwitch />
        {!card.visible && (
          <Notice tone="caution">
            {t.rich("card.invisible", {
              consents: (
                <TextLink key="consents" href="/preferences">
                  {t("card.consents")}
                </TextLink>
              ),
            })}
          </Notice>
        )}
      </Section>
      <Section title={t("card.title")} lead={t("card.lead")}>
        <Face card={card} />
      </Section>
      <Section title={t("card.facts")} lead={t("card.facts.lead")}>
        <p className={styles.soft}>{t(card.clipsShared ? "card.heard" : "card.unheard")}</p>
        {card.facts.length === 0 ? (
          <p className={styles.soft}>{t("card.none")}</p>
        ) : (
          <List label={t("card.facts")}>
            {card.facts.map((fact) => (
              <ListItem key={fact.name}>
                <Seen fact={fact} by={card.displayName} />
              </ListItem>
            ))}
          </List>
        )}
      </Section>
    </div>
  );
}

function Face({ card: { displayName, headline, languages } }: { card: Schemas["ProfileCard"] }) {
  const t = useT("profile");
  const format = useFormat();
  return (
    <div className={styles.face}>
      <Avatar name={displayName} whose="mine" />
      <div className={styles.words}>
        <p className={styles.name}>{displayName || t("unnamed")}</p>
        {headline && <p>{headline}</p>}
        {languages.length > 0 && (
          <p className={styles.soft}>
            {t("card.speaks", { languages: format.list(languages.map(format.language)) })}
          </p>
        )}
      </div>
    </div>
  );
}

function Seen({ fact: { facet, text, evidence }, by }: { fact: Schemas["Fact"]; by: string }) {
  const word = useWord();
  return (
    <>
      <p className={styles.soft}>{word("FACET", facet)}</p>
      {!(evidence && sameWords(text, evidence.quote)) && <p className={styles.text}>{text}</p>}
      {evidence && (
        <Quote
          text={evidence.quote}
          whose="mine"
          startMs={evidence.typed ? undefined : evidence.startMs}
          by={by || undefined}
        />
      )}
    </>
  );
}
