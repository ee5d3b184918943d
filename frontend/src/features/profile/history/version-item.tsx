import { useId, useState } from "react";
import { Button } from "@/components/button";
import { Loaded } from "@/components/loaded";
import { Skeleton } from "@/components/skeleton";
import { VisuallyHidden } from "@/components/visually-hidden";
import type { Schemas } from "@/api/types";
import { useT } from "@/i18n/i18n";
import { useFormat } from "@/i18n/use-format";
import { useDiff } from "../api/use-diff";
import { Changes } from "./changes";
import { useCause } from "./use-cause";
import styles from "./history.module.css";

interface Props {
  version: Schemas["Version"];
  isNewest: boolean;
  onRestore: () => void;
}

/** One version: why it came to be, and on request what it changed. */
export function VersionItem({ version, isNewest, onRestore }: Props) {
  const t = useT("profile");
  const format = useFormat();
  const cause = useCause();
  const id = useId();
  const [isOpen, setOpen] = useState(false);
  const { version: number, createTime, facts } = version;
  const which = <VisuallyHidden>{t("history.which", { number })}</VisuallyHidden>;
  return (
    <article className={styles.version}>
      <div className={styles.about}>
        <p className={styles.cause}>{cause(version.cause)}</p>
        <p className={styles.soft}>
          {createTime
            ? t("history.when", { number, time: format.dateTime(createTime), count: facts.length })
            : t("history.number", { number, count: facts.length })}
        </p>
        {isNewest && <p className={styles.mark}>{t("history.now")}</p>}
      </div>
      <div className={styles.ways}>
        <Button
          size="small"
          look="quiet"
          aria-expanded={isOpen}
          aria-controls={id}
          onPress={() => setOpen(!isOpen)}
        >
          {t(isOpen ? "history.close" : "history.open")} {which}
        </Button>
        {!isNewest && (
          <Button size="small" onPress={onRestore}>
            {t("history.restore")} {which}
          </Button>
        )}
      </div>
      <div id={id} className={styles.changes}>
        {isOpen && (number === "1" ? <First version={version} /> : <Since number={number} />)}
      </div>
    </article>
  );
}

function Since({ number }: { number: string }) {
  const query = useDiff(String(BigInt(number) - 1n), number);
  return (
    <Loaded query={query} skeleton={<Skeleton lines={2} />}>
      {(diff) => <Changes diff={diff} />}
    </Loaded>
  );
}

/** Before the first version there was nothing to compare it with. */
function First({ version: { facts, displayName, headline } }: { version: Schemas["Version"] }) {
  const fields = [
    { field: "display_name", before: "", after: displayName },
    { field: "headline", before: "", after: headline },
  ].filter(({ after }) => after !== "");
  return <Changes diff={{ added: facts, removed: [], changed: [], fields }} />;
}
