import type { Schemas } from "@/api/types";
import { ButtonLink } from "@/components/button";
import { CheckIcon } from "@/components/icons";
import { Notice } from "@/components/notice";
import { Progress } from "@/components/progress";
import { VisuallyHidden } from "@/components/visually-hidden";
import { useT } from "@/i18n/i18n";
import { useFormat } from "@/i18n/use-format";
import { stepAtWork, stepsOf, type Step } from "./progress";
import type { Connection } from "./watch";
import styles from "./journey.module.css";

interface Props {
  recording: Schemas["Recording"];
  connection: Connection;
  /** What was written down so far. */
  partial: string;
}

/** A recording on its way: what is done, what is being done, what comes. Nothing is done before the API says so. */
export function Journey({ recording, connection, partial }: Props) {
  const t = useT("recordings");
  if (recording.state === "STATE_UPLOADING") {
    return (
      <Notice action={<ButtonLink href="/">{t("uploading.action")}</ButtonLink>}>
        {t("uploading.text")}
      </Notice>
    );
  }
  const steps = stepsOf(recording);
  const at = steps.indexOf(stepAtWork(recording));
  return (
    <section className={styles.journey} aria-labelledby="journey">
      <h2 id="journey">{t("journey")}</h2>
      <ol className={styles.steps}>
        {steps.map((step, index) => (
          <Stop key={step} step={step} place={Math.sign(index - at)} recording={recording} />
        ))}
      </ol>
      {partial && recording.state === "STATE_TRANSCRIBING" && (
        <figure className={styles.partial}>
          <figcaption>{t("partial")}</figcaption>
          <blockquote>{partial}</blockquote>
        </figure>
      )}
      <p className={styles.note}>
        {connection === "open" ? t("journey.leave") : t(`connection.${connection}`)}
      </p>
    </section>
  );
}

interface StopProps {
  step: Step;
  /** Before, at, or after the step at work. */
  place: number;
  recording: Schemas["Recording"];
}

function Stop({ step, place, recording: { state, progress } }: StopProps) {
  const t = useT("recordings");
  const format = useFormat();
  const name = t(`step.${step}`);
  if (place < 0) {
    return (
      <li className={styles.done}>
        <span className={styles.mark}>
          <CheckIcon />
        </span>
        <span>{name}</span>
        <VisuallyHidden>{t("step.done")}</VisuallyHidden>
      </li>
    );
  }
  if (place > 0) {
    return (
      <li className={styles.coming}>
        <span className={styles.mark} />
        <span>{name}</span>
        <VisuallyHidden>{t("step.coming")}</VisuallyHidden>
      </li>
    );
  }
  const waits = state === "STATE_QUEUED";
  const known = !waits && progress > 0;
  return (
    <li className={styles.now} aria-current="step">
      <span className={styles.mark} />
      {waits ? (
        <span>
          {name} <span className={styles.aside}>{t("step.waits")}</span>
        </span>
      ) : (
        <div className={styles.work}>
          <Progress label={name} {...(known ? { value: progress, text: format.percent(progress) } : {})} />
        </div>
      )}
    </li>
  );
}
