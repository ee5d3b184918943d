import { Button } from "@/components/button";
import { Section } from "@/components/section";
import { VisuallyHidden } from "@/components/visually-hidden";
import type { Schemas } from "@/api/types";
import { useT } from "@/i18n/i18n";
import { useWord, type facets } from "@/lib/use-word";
import { FactItem } from "./fact-item";
import { facetHeadingId } from "./facet-heading";
import { PlusIcon } from "./plus-icon";
import styles from "./facts.module.css";

interface Props {
  facet: (typeof facets)[number];
  facts: readonly Schemas["Fact"][];
  /** Whether these are all: only then can it be said that there are none. */
  isWhole: boolean;
  takes: ReadonlyMap<string, Schemas["Recording"]> | undefined;
  onAdd: () => void;
  onEdit: (fact: Schemas["Fact"]) => void;
  onDelete: (fact: Schemas["Fact"]) => void;
}

/** The facts of one facet. */
export function FacetSection({ facet, facts, isWhole, takes, onAdd, onEdit, onDelete }: Props) {
  const t = useT("profile");
  const word = useWord();
  return (
    <Section title={word("FACET", facet)} lead={t(`facet.${facet}`)} headingId={facetHeadingId(facet)}>
      {facts.length > 0 && (
        <ul className={styles.facts} aria-label={word("FACET", facet)}>
          {facts.map((fact) => (
            <li key={fact.name} className={styles.item}>
              <FactItem
                fact={fact}
                take={fact.evidence && takes?.get(fact.evidence.recording)}
                onEdit={() => onEdit(fact)}
                onDelete={() => onDelete(fact)}
              />
            </li>
          ))}
        </ul>
      )}
      <div className={styles.add}>
        {facts.length === 0 && isWhole && <p className={styles.soft}>{t("facet.none")}</p>}
        <Button size="small" look="quiet" onPress={onAdd}>
          <PlusIcon />
          {t("add")}
          <VisuallyHidden>: {word("FACET", facet)}</VisuallyHidden>
        </Button>
      </div>
    </Section>
  );
}
