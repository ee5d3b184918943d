import type { ReactNode } from "react";
import type { UseQueryResult } from "@tanstack/react-query";
import type { Schemas } from "@/api/types";
import { Button } from "@/components/button";
import { Loaded } from "@/components/loaded";
import { useT } from "@/i18n/i18n";
import { useWord } from "@/lib/use-word";
import type { Changes } from "../api/use-changes";
import styles from "./changed.module.css";

/** What a correction has changed in the profile. */
export function Changed({ query, onClose }: { query: UseQueryResult<Changes>; onClose: () => void }) {
  const t = useT("recordings");
  const common = useT("common");
  return (
    <section className={styles.changed} aria-labelledby="changed">
      <div className={styles.head}>
        <h2 id="changed">{t("changed")}</h2>
        <Button size="small" look="quiet" onPress={onClose}>
          {common("dismiss")}
        </Button>
      </div>
      <Loaded query={query}>{(changes) => <Lines changes={changes} />}</Loaded>
    </section>
  );
}

function Lines({ changes: { added, removed, changed, fields } }: { changes: Changes }) {
  const t = useT("recordings");
  if (added.length + removed.length + changed.length + fields.length === 0)
    return <p>{t("changed.nothing")}</p>;
  return (
    <ul className={styles.lines}>
      {added.map((fact) => (
        <Line key={fact.name} kind="added" sign="+">
          <FactText fact={fact} />
        </Line>
      ))}
      {changed.map(({ before, after }) => (
        <Line key={after?.name} kind="other" sign="→">
          <del>{before && <FactText fact={before} unless={after?.facet} />}</del>{" "}
          <ins>{after && <FactText fact={after} />}</ins>
        </Line>
      ))}
      {removed.map((fact) => (
        <Line key={fact.name} kind="removed" sign="−">
          <del>
            <FactText fact={fact} />
          </del>
        </Line>
      ))}
      {fields.map(({ field, before, after }) => (
        <Line key={field} kind="headline" sign="→">
          {before && <del>{before}</del>} <ins>{after}</ins>
        </Line>
      ))}
    </ul>
  );
}

interface LineProps {
  kind: "added" | "removed" | "other" | "headline";
  sign: string;
  children: ReactNode;
}

function Line({ kind, sign, children }: LineProps) {
  const t = useT("recordings");
  return (
    <li className={`${styles.line} ${styles[kind] ?? ""}`}>
      <span className={styles.sign} aria-hidden="true">
        {sign}
      </span>
      <div>
        <p className={styles.kind}>{t(`changed.${kind}`)}</p>
        <p>{children}</p>
      </div>
    </li>
  );
}

/** A statement and what it is about, unless that is known. */
function FactText({ fact, unless }: { fact: Schemas["Fact"]; unless?: Schemas["Facet"] | undefined }) {
  const word = useWord();
  if (fact.facet === unless) return fact.text;
  return (
    <>
      {fact.text} <span className={styles.facet}>{word("FACET", fact.facet)}</span>
    </>
  );
}
