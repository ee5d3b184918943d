import { useState } from "react";
import { ApiError } from "@/api/api-error";
import { Button } from "@/components/button";
import { ErrorNotice } from "@/components/error-notice";
import { Section } from "@/components/section";
import { Slider } from "@/components/slider";
import type { Schemas } from "@/api/types";
import { useT } from "@/i18n/i18n";
import { useFormat } from "@/i18n/use-format";
import { useWord } from "@/lib/use-word";
import { useFacetWeights } from "../api/use-facet-weights";
import { SaveBar } from "../save-bar";
import { useDraft } from "../use-draft";
import { ResetDialog } from "./reset-dialog";
import { effective, weighable, weightOf, withWeight } from "./weighing";
import styles from "./weights.module.css";

const wishes = ["weights"] as const;

/** How much each facet counts when people are put in order: what I set, and what my feedback made of it. */
export function Weights({ latest }: { latest: Schemas["Preferences"] }) {
  const t = useT("preferences");
  const word = useWord();
  const draft = useDraft(latest, wishes);
  const learned = useFacetWeights();
  const [isResetting, setResetting] = useState(false);
  const { weights } = draft.values;
  const learnedOf = (facet: Schemas["Facet"]) =>
    learned.data?.weights.find((weight) => weight.facet === facet)?.learned ?? 1;
  const hasLearned = weighable.some((facet) => learnedOf(facet) !== 1);
  return (
    <Section title={t("weights")} lead={t("weights.lead")}>
      <div className={styles.sliders}>
        {weighable.map((facet) => (
          <Weight
            key={facet}
            name={word("FACET", facet)}
            value={weightOf(weights, facet)}
            learned={learnedOf(facet)}
            onChange={(value) => draft.set({ weights: withWeight(weights, facet, value) })}
          />
        ))}
      </div>
      <SaveBar latest={latest} draft={draft} />
      {learned.isError && !isNotReady(learned.error) ? (
        <ErrorNotice error={learned.error} onRetry={() => void learned.refetch()} />
      ) : (
        <div className={styles.feedback}>
          <p className={styles.soft}>{t(hasLearned ? "feedback.some" : "feedback.none")}</p>
          {hasLearned && (
            <Button size="small" onPress={() => setResetting(true)}>
              {t("feedback.reset")}
            </Button>
          )}
        </div>
      )}
      {isResetting && <ResetDialog onClose={() => setResetting(false)} />}
    </Section>
  );
}

/** Nobody has given feedback before there is anything to give it about. */
function isNotReady(error: unknown): boolean {
  return error instanceof ApiError && error.reason === "PROFILE_NOT_READY";
}

interface WeightProps {
  name: string;
  value: number;
  learned: number;
  onChange: (value: number) => void;
}

function Weight({ name, value, learned, onChange }: WeightProps) {
  const t = useT("preferences");
  const format = useFormat();
  const meaning = value < 1 ? "weight.less" : value > 1 ? "weight.more" : "weight.usual";
  return (
    <div className={styles.weight}>
      <Slider
        label={name}
        value={value}
        onChange={onChange}
        min={0.5}
        max={1.5}
        step={0.1}
        text={t(meaning, { factor: format.number(value) })}
      />
      {learned !== 1 && (
        <p className={styles.soft}>
          {t("weight.learned", {
            learned: format.number(round(learned)),
            effective: format.number(round(effective(value, learned))),
          })}
        </p>
      )}
    </div>
  );
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
