import { lazy, Suspense, useId, useState } from "react";
import type { Schemas } from "@/api/types";
import { Button } from "@/components/button";
import { Disclosure } from "@/components/disclosure";
import { Quote } from "@/components/quote";
import { useT } from "@/i18n/i18n";
import { useFormat } from "@/i18n/use-format";
import { useWord } from "@/lib/use-word";
import type { Decision } from "./api/use-resolve-report";
import styles from "./report.module.css";

const ResolveDialog = lazy(() => import("./resolve-dialog"));

interface Props {
  report: Schemas["Report"];
  onDecided: (report: Schemas["Report"]) => void;
}

/** One report: what is said about whom, what that person says, and the decision. */
export function Report({ report, onDecided }: Props) {
  const t = useT("moderation");
  const word = useWord();
  const format = useFormat();
  const id = useId();
  const [decision, setDecision] = useState<Decision>();
  const { card, category, comment, createTime, reportCount, resolution } = report;
  const name = card?.displayName || t("nobody");
  return (
    <article className={styles.report} aria-labelledby={id}>
      <header>
        <h2 id={id}>{t("heading", { category: word("CATEGORY", category), name })}</h2>
        <p className={styles.meta}>
          {createTime && <span title={format.dateTime(createTime)}>{format.ago(createTime)}</span>}
          <span>{t("reports", { count: reportCount })}</span>
        </p>
      </header>
      {comment ? (
        <p className={styles.comment}>{comment}</p>
      ) : (
        <p className={styles.meta}>{t("noComment")}</p>
      )}
      {card?.headline && <p>{t("headline", { name, headline: card.headline })}</p>}
      <Statements report={report} name={name} />
      {resolution === "RESOLUTION_UNSPECIFIED" ? (
        <div className={styles.actions}>
          <Button onPress={() => setDecision("RESOLUTION_DISMISSED")}>{t("dismiss")}</Button>
          <Button look="danger" onPress={() => setDecision("RESOLUTION_SUSPENDED")}>
            {t("suspend")}
          </Button>
        </div>
      ) : (
        <Resolved report={report} />
      )}
      <Suspense>
        {decision && (
          <ResolveDialog
            report={report}
            name={name}
            resolution={decision}
            onClose={() => setDecision(undefined)}
            onDecided={onDecided}
          />
        )}
      </Suspense>
    </article>
  );
}

function Statements({ report: { statements }, name }: { report: Schemas["Report"]; name: string }) {
  const t = useT("moderation");
  if (statements.length === 0) return <p className={styles.meta}>{t("noStatements")}</p>;
  return (
    <Disclosure title={t("statements", { count: statements.length, name })}>
      {statements.map(({ facet, text, quote, startMs }, index) => (
        <Quote key={`${facet} ${index}`} text={quote || text} whose="theirs" by={name} startMs={startMs} />
      ))}
    </Disclosure>
  );
}

function Resolved({ report: { resolution, resolveTime, note } }: { report: Schemas["Report"] }) {
  const t = useT("moderation");
  const format = useFormat();
  const time = resolveTime ? format.dateTime(resolveTime) : "";
  return (
    <div className={styles.resolved}>
      <p>{t(resolution === "RESOLUTION_SUSPENDED" ? "was.suspended" : "was.dismissed", { time })}</p>
      {note && <p className={styles.meta}>{t("was.note", { note })}</p>}
    </div>
  );
}
