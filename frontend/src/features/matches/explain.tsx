import type { Schemas } from "@/api/types";
import { ButtonLink } from "@/components/button";
import { Loaded } from "@/components/loaded";
import { useT } from "@/i18n/i18n";
import { useFormat } from "@/i18n/use-format";
import { useCssVariable } from "@/lib/use-css-variable";
import { useWord } from "@/lib/use-word";
import { useExplain } from "./api/use-explain";
import styles from "./explain.module.css";

type Step = Schemas["ExplainSearchResponse.Step"];
type Relaxation = Schemas["ExplainSearchResponse.Relaxation"];

/** Why there are as few matches as there are, and what would make them more. */
export function Explain() {
  const t = useT("matches");
  const query = useExplain();
  return (
    <section className={styles.explain}>
      <h2>{t("few")}</h2>
      <p className={styles.soft}>{t("few.text")}</p>
      <Loaded query={query}>
        {({ steps, relaxations }) => (
          <>
            <ol className={styles.steps}>
              {steps.map((step) => (
                <Left key={step.filter} step={step} most={Math.max(...steps.map(valueOf))} />
              ))}
            </ol>
            <Relax relaxations={relaxations} />
          </>
        )}
      </Loaded>
    </section>
  );
}

function Left({ step, most }: { step: Step; most: number }) {
  const t = useT("matches");
  const bar = useCssVariable<HTMLSpanElement>("--left", most > 0 ? valueOf(step) / most : 0);
  const key = `step.${step.filter}`;
  return (
    <li className={styles.step}>
      <span>{t(t.has(key) ? key : "step.other")}</span>
      <Count of={step.remaining} text="left" />
      <span ref={bar} className={styles.bar} aria-hidden="true" />
    </li>
  );
}

function Relax({ relaxations }: { relaxations: readonly Relaxation[] }) {
  const t = useT("matches");
  if (relaxations.length === 0) return <p className={styles.soft}>{t("relax.none")}</p>;
  return (
    <div className={styles.relax}>
      <h3>{t("relax")}</h3>
      <ul className={styles.relaxations}>
        {relaxations.map((relaxation) => (
          <li key={relaxation.filter} className={styles.relaxation}>
            <span>
              <Change {...relaxation} />
            </span>
            <Count of={relaxation.added} text="added" />
          </li>
        ))}
      </ul>
      <ButtonLink href="/preferences">{t("relax.next")}</ButtonLink>
    </div>
  );
}

/** What to change, in words. */
function Change({ filter, preferences }: Relaxation) {
  const t = useT("matches");
  const word = useWord();
  const format = useFormat();
  if (filter === "FILTER_LANGUAGES") return t("relax.languages");
  if (filter === "FILTER_FORMATS") {
    const formats = preferences?.formats.map((each) => word("FORMAT", each)) ?? [];
    return t("relax.formats", { formats: format.list(formats) });
  }
  if (filter === "FILTER_DISTANCE") {
    const km = preferences?.maxDistanceKm ?? 0;
    return km === 0 ? t("relax.anywhere") : t("relax.distance", { km: format.number(km) });
  }
  return t("relax.other");
}

function Count({ of, text }: { of: Schemas["Count"] | undefined; text: "left" | "added" }) {
  const t = useT("matches");
  if (!of) return null;
  return (
    <span className={styles.count}>
      {of.fewerThan5 ? t(`${text}.few`) : t(`${text}.count`, { count: of.value })}
    </span>
  );
}

/** For the length of a bar; how few they are below five is not told. */
function valueOf({ remaining }: Step): number {
  return remaining?.fewerThan5 ? 2 : (remaining?.value ?? 0);
}
