import type { ReactNode } from "react";
import type { Schemas } from "@/api/types";
import { useT } from "@/i18n/i18n";
import { useFormat } from "@/i18n/use-format";
import { useWord } from "@/lib/use-word";
import styles from "./history.module.css";

type Fact = Schemas["Fact"];
type Field = Schemas["DiffVersionsResponse.FieldChange"];

/** What one version has and another has not. */
export function Changes({ diff }: { diff: Schemas["DiffVersionsResponse"] }) {
  const t = useT("profile");
  const { added, removed, changed, fields } = diff;
  if (added.length + removed.length + changed.length + fields.length === 0) {
    return <p className={styles.soft}>{t("diff.nothing")}</p>;
  }
  return (
    <dl className={styles.diff}>
      {fields.map((field) => (
        <FieldLine key={field.field} {...field} />
      ))}
      {added.map((fact) => (
        <Line key={fact.name} term={t("diff.added")}>
          <ins className={styles.ins}>
            <FactLine fact={fact} />
          </ins>
        </Line>
      ))}
      {removed.map((fact) => (
        <Line key={fact.name} term={t("diff.removed")}>
          <del className={styles.del}>
            <FactLine fact={fact} />
          </del>
        </Line>
      ))}
      {changed.map(
        ({ before, after }) =>
          before &&
          after && (
            <Line key={after.name} term={t("diff.changed")}>
              <FactChange before={before} after={after} />
            </Line>
          ),
      )}
    </dl>
  );
}

function Line({ term, children }: { term: string; children: ReactNode }) {
  return (
    <div className={styles.line}>
      <dt className={styles.term}>{term}</dt>
      <dd className={styles.values}>{children}</dd>
    </div>
  );
}

function FactLine({ fact: { facet, text } }: { fact: Fact }) {
  const word = useWord();
  return (
    <>
      <span className={styles.facet}>{word("FACET", facet)}</span> {text}
    </>
  );
}

/** A fact before and after; where its words are the same, what else is different. */
function FactChange({ before, after }: { before: Fact; after: Fact }) {
  const t = useT("profile");
  const quotes = [before.evidence?.quote, after.evidence?.quote];
  return (
    <>
      {before.text !== after.text || before.facet !== after.facet ? (
        <>
          <del className={styles.del}>
            <FactLine fact={before} />
          </del>
          <ins className={styles.ins}>
            <FactLine fact={after} />
          </ins>
        </>
      ) : (
        <span>
          <FactLine fact={after} />
        </span>
      )}
      {before.hidden !== after.hidden && (
        <span className={styles.soft}>{t(after.hidden ? "diff.hidden" : "diff.shown")}</span>
      )}
      {quotes[0] !== quotes[1] && (
        <span className={styles.soft}>
          {quotes[1] === undefined ? t("diff.quote.gone") : t("diff.quote", { quote: quotes[1] })}
        </span>
      )}
    </>
  );
}

function FieldLine({ field, before, after }: Field) {
  const t = useT("profile");
  const shown = useFieldValue();
  const key = `field.${field}`;
  return (
    <Line term={t(t.has(key) ? key : "field.other")}>
      {before !== "" && <del className={styles.del}>{shown(field, before)}</del>}
      {after === "" ? (
        <span className={styles.soft}>{t("diff.empty")}</span>
      ) : (
        <ins className={styles.ins}>{shown(field, after)}</ins>
      )}
    </Line>
  );
}

/** Codes as people call them. */
function useFieldValue(): (field: string, value: string) => string {
  const word = useWord();
  const format = useFormat();
  return (field, value) => {
    if (field === "languages") return format.list(value.split(", ").map(format.language));
    if (field === "visibility") return word("VISIBILITY", `VISIBILITY_${value}` as Schemas["Visibility"]);
    return value;
  };
}
