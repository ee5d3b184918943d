import { ErrorNotice } from "@/components/error-notice";
import { useAnnounce } from "@/components/announcer";
import { Menu } from "@/components/menu";
import { Quote } from "@/components/quote";
import type { Schemas } from "@/api/types";
import { useT } from "@/i18n/i18n";
import { useClip, useClipError } from "@/features/matches/lib/clips";
import { useHideFact } from "../api/use-hide-fact";
import { ownClip } from "./own-clip";
import { SaidIn } from "./said-in";
import { sameWords } from "./same-words";
import styles from "./facts.module.css";

interface Props {
  fact: Schemas["Fact"];
  /** The recording it was said in, as far as that is known. */
  take: Schemas["Recording"] | undefined;
  onEdit: () => void;
  onDelete: () => void;
}

/** Below this the analyzer's own doubt is told. */
const sure = 0.55;

/** A fact, the words behind it, and what can be done with it. */
export function FactItem({ fact, take, onEdit, onDelete }: Props) {
  const t = useT("profile");
  const announce = useAnnounce();
  const hide = useHideFact();
  const { evidence, text, hidden } = fact;
  const clip = ownClip(fact);
  const player = useClip(clip);
  const clipError = useClipError([clip]);
  const quote = evidence && (
    <Quote
      text={evidence.quote}
      whose="mine"
      startMs={evidence.typed ? undefined : evidence.startMs}
      player={player}
    />
  );
  // Who is quoted word for word is not paraphrased by the same words.
  const isQuote = evidence !== undefined && sameWords(text, evidence.quote);

  function toggle() {
    hide.mutate(fact, { onSuccess: ({ hidden: now }) => announce(t(now ? "hidden.done" : "shown.done")) });
  }

  return (
    <article className={styles.fact} data-hidden={hidden || undefined}>
      <div className={styles.head}>
        <div className={styles.what}>
          {!isQuote && <p className={styles.text}>{text}</p>}
          {hidden && <p className={styles.mark}>{t("hidden")}</p>}
          <Whose fact={fact} />
          {isQuote && quote}
        </div>
        <Menu
          label={t("more", { text })}
          commands={[
            { id: "edit", label: t("fact.edit"), onAction: onEdit },
            { id: "hide", label: t(hidden ? "fact.show" : "fact.hide"), onAction: toggle },
            { id: "delete", label: t("fact.delete"), onAction: onDelete, danger: true },
          ]}
        />
      </div>
      {!isQuote && quote}
      {evidence && <SaidIn evidence={evidence} take={take} />}
      {clipError !== undefined && <ErrorNotice error={clipError} onRetry={player?.onPress} />}
      {hide.isError && <ErrorNotice error={hide.error} onRetry={toggle} />}
    </article>
  );
}

/** Whose words the fact is in, where that is not plain, and how sure it is. */
function Whose({ fact: { source, evidence, confidence, facet } }: { fact: Schemas["Fact"] }) {
  const t = useT("profile");
  if (source === "SOURCE_USER") return <p className={styles.soft}>{t(evidence ? "edited" : "own")}</p>;
  if (confidence < sure && facet !== "FACET_EXCLUSION") return <p className={styles.soft}>{t("unsure")}</p>;
  return null;
}
