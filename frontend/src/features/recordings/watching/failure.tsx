import type { Schemas } from "@/api/types";
import { Button, ButtonLink } from "@/components/button";
import { ErrorNotice } from "@/components/error-notice";
import { Notice } from "@/components/notice";
import { TextLink } from "@/components/text-link";
import { useT } from "@/i18n/i18n";
import { useReasonText } from "@/lib/use-error-text";
import { useWord } from "@/lib/use-word";
import { useRetry } from "../api/use-retry";
import styles from "./failure.module.css";

interface Props {
  id: string;
  failure: Schemas["Recording.Failure"];
}

/** Why a recording came to nothing, and what can be done about it. */
export function Failure({ id, failure: { reason, retryable } }: Props) {
  const t = useT("recordings");
  const common = useT("common");
  const word = useWord();
  const because = useReasonText();
  const retry = useRetry(id);
  const again = retryable ? (
    <Button isPending={retry.isPending} onPress={() => retry.mutate()}>
      {common("retry")}
    </Button>
  ) : (
    <ButtonLink href="/">{t("failed.again")}</ButtonLink>
  );
  return (
    <div className={styles.failure}>
      <Notice tone="danger" title={word("STATE", "STATE_FAILED")} action={again}>
        <p>{because(reason)}</p>
        {reason === "CONSENT_WITHDRAWN" && (
          <p>
            <TextLink href="/preferences">{t("failed.consent")}</TextLink>
          </p>
        )}
        {retryable && reason !== "CONSENT_WITHDRAWN" && <p>{t("failed.kept")}</p>}
      </Notice>
      {retry.error && <ErrorNotice error={retry.error} onRetry={() => retry.mutate()} />}
    </div>
  );
}
