import { useEffect, useRef } from "react";
import { useAnnounce } from "@/components/announcer";
import { Button, ButtonLink } from "@/components/button";
import { ErrorNotice } from "@/components/error-notice";
import { Notice } from "@/components/notice";
import { SignInButtons } from "@/features/session/lib/sign-in-buttons";
import { useT } from "@/i18n/i18n";
import { useFormat } from "@/i18n/use-format";
import { useCssVariable } from "@/lib/use-css-variable";
import { useOnline } from "@/lib/use-online";
import type { Outgoing } from "./upload/desk";
import { UploadRefused } from "./upload/post";
import styles from "./sending.module.css";

interface Props {
  outgoing: Outgoing;
  onCancel: () => void;
  onHurry: () => void;
  onRetry: () => void;
  onClose: () => void;
}

/** A take on its way. It says what is known: nothing has arrived before the API says so. */
export function Sending({ outgoing, onCancel, onHurry, onRetry, onClose }: Props) {
  const t = useT("recorder");
  const common = useT("common");
  const online = useOnline();
  useStepAnnounced(outgoing);

  switch (outgoing.step) {
    case "signed-out":
      return (
        <div className={styles.sending}>
          <Notice tone="caution" role="alert" title={t("signedOut")}>
            {t("signedOut.help")}
          </Notice>
          <SignInButtons returnTo="/" />
          <Back onPress={onClose} />
        </div>
      );
    case "failed":
      return (
        <div className={styles.sending}>
          {outgoing.error instanceof UploadRefused ? (
            <Notice tone="danger" role="alert" title={t("refused")}>
              {t("refused.help")}
            </Notice>
          ) : (
            <ErrorNotice error={outgoing.error} />
          )}
          <div className={styles.actions}>
            <Button look="primary" onPress={onRetry}>
              {common("retry")}
            </Button>
            <Back onPress={onClose} />
          </div>
        </div>
      );
    case "done":
      return (
        <div className={styles.sending}>
          <Notice tone="good" role="status">
            {t(outgoing.recording === undefined ? "sent.elsewhere" : "sent")}
          </Notice>
          <div className={styles.actions}>
            <ButtonLink href="/recordings" look="primary">
              {t("sent.open")}
            </ButtonLink>
            <Back onPress={onClose} />
          </div>
        </div>
      );
    case "waiting":
      return (
        <div className={styles.sending}>
          <Notice tone="caution" role="status" title={t(online ? "waiting" : "waiting.offline")}>
            {t("waiting.help")}
          </Notice>
          <div className={styles.actions}>
            <Button onPress={onHurry}>{common("retry")}</Button>
            <Cancel onPress={onCancel} />
          </div>
        </div>
      );
    default:
      return (
        <div className={styles.sending}>
          <Share step={outgoing} />
          <p className={styles.about}>
            {t(outgoing.step === "elsewhere" ? "elsewhere.help" : "sending.help")}
          </p>
          <div className={styles.actions}>
            <Cancel onPress={onCancel} />
          </div>
        </div>
      );
  }
}

function Back({ onPress }: { onPress: () => void }) {
  const t = useT("recorder");
  return (
    <Button look="quiet" onPress={onPress}>
      {t("back")}
    </Button>
  );
}

function Cancel({ onPress }: { onPress: () => void }) {
  const t = useT("recorder");
  return (
    <Button look="quiet" onPress={onPress}>
      {t("sending.cancel")}
    </Button>
  );
}

function Share({ step }: { step: Outgoing }) {
  const t = useT("recorder");
  const format = useFormat();
  const share = step.step === "sending" ? step.share : step.step === "confirming" ? 1 : undefined;
  const bar = useCssVariable<HTMLDivElement>("--share", share ?? 0);
  const label = t(labels[step.step] ?? "sending");
  return (
    <div>
      <p className={styles.step}>
        <span>{label}</span>
        {step.step === "sending" && <span className={styles.percent}>{format.percent(step.share)}</span>}
      </p>
      <div
        role="progressbar"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={step.step === "sending" ? Math.round(step.share * 100) : undefined}
        className={styles.track}
      >
        <div ref={bar} className={step.step === "sending" ? styles.bar : styles.unknown} />
      </div>
    </div>
  );
}

const labels = {
  preparing: "preparing",
  sending: "sending",
  confirming: "confirming",
  elsewhere: "elsewhere",
  waiting: undefined,
  failed: undefined,
  done: undefined,
  "signed-out": undefined,
} as const;

/** Each step once, not each percent. */
function useStepAnnounced(outgoing: Outgoing): void {
  const t = useT("recorder");
  const announce = useAnnounce();
  const said = useRef<Outgoing["step"]>(undefined);
  const label = labels[outgoing.step];
  useEffect(() => {
    if (said.current === outgoing.step) return;
    said.current = outgoing.step;
    if (label) announce(t(label));
  }, [outgoing.step, label, announce, t]);
}
