import { useState } from "react";
import { ApiError } from "@/api/api-error";
import { useAnnounce } from "@/components/announcer";
import { Button } from "@/components/button";
import { ErrorNotice } from "@/components/error-notice";
import { CheckIcon, CloseIcon } from "@/components/icons";
import { Notice } from "@/components/notice";
import { VisuallyHidden } from "@/components/visually-hidden";
import type { Schemas } from "@/api/types";
import { useT } from "@/i18n/i18n";
import { useFormat } from "@/i18n/use-format";
import { useSetConsent } from "../api/use-set-consent";
import { WithdrawDialog } from "./withdraw-dialog";
import styles from "./consents.module.css";

type Purpose = Schemas["Purpose"];

/** Withdrawing these takes something out for good. */
const final: readonly Purpose[] = ["PURPOSE_TRANSCRIBE", "PURPOSE_EXTERNAL_ANALYSIS"];

/** One consent: what holds, what that means either way, and the way to change it. */
export function ConsentItem({ consent }: { consent: Schemas["Consent"] }) {
  const t = useT("preferences");
  const announce = useAnnounce();
  const set = useSetConsent();
  const [isAsking, setAsking] = useState(false);
  const { purpose, granted } = consent;
  const isConflict = set.error instanceof ApiError && set.error.reason === "CONCURRENT_CHANGE";

  function decide() {
    set.mutate(consent, {
      onSuccess: (decided) => {
        setAsking(false);
        announce(t(decided.granted ? "consent.given" : "consent.withdrawn", { what: t(`${purpose}.title`) }));
      },
    });
  }

  return (
    <li className={styles.consent}>
      <div className={styles.head}>
        <div className={styles.what}>
          <h3>{t(`${purpose}.title`)}</h3>
          <State consent={consent} />
        </div>
        <Button
          size="small"
          isPending={set.isPending}
          onPress={() => (granted && final.includes(purpose) ? setAsking(true) : decide())}
        >
          {t(granted ? "consent.withdraw" : "consent.give")}
          <VisuallyHidden>: {t(`${purpose}.title`)}</VisuallyHidden>
        </Button>
      </div>
      <dl className={styles.ways}>
        <Way term={t("consent.with")} text={t(`${purpose}.with`)} holds={granted} />
        <Way term={t("consent.without")} text={t(`${purpose}.without`)} holds={!granted} />
        <Way term={t("consent.ifWithdrawn")} text={t(`${purpose}.withdrawn`)} holds={false} />
      </dl>
      {isConflict && (
        <Notice tone="caution" role="alert">
          {t("consent.conflict")}
        </Notice>
      )}
      {set.isError && !isConflict && !isAsking && <ErrorNotice error={set.error} onRetry={decide} />}
      {isAsking && !isConflict && (
        <WithdrawDialog
          purpose={purpose}
          isPending={set.isPending}
          error={set.error}
          onConfirm={decide}
          onClose={() => setAsking(false)}
        />
      )}
    </li>
  );
}

/** What holds, and since when or why. */
function State({ consent: { granted, version, updateTime } }: { consent: Schemas["Consent"] }) {
  const t = useT("preferences");
  const format = useFormat();
  const since = version > 0 && updateTime !== undefined ? format.date(updateTime) : undefined;
  const undecided = granted ? "consent.holds" : "consent.off";
  const decided = granted ? "consent.yes" : "consent.no";
  return (
    <p className={styles.state} data-granted={granted || undefined}>
      {granted ? <CheckIcon /> : <CloseIcon />}
      {since === undefined ? t(undecided) : t(decided, { date: since })}
    </p>
  );
}

function Way({ term, text, holds }: { term: string; text: string; holds: boolean }) {
  return (
    <div className={styles.way} data-holds={holds || undefined}>
      <dt>{term}</dt>
      <dd>{text}</dd>
    </div>
  );
}
