import { idOf } from "@/api/client";
import type { Schemas } from "@/api/types";
import { TextLink } from "@/components/text-link";
import { useT } from "@/i18n/i18n";
import { useReasonText } from "@/lib/use-error-text";
import { useWord } from "@/lib/use-word";
import { About } from "./about";
import { isMoving } from "./watching/progress";
import styles from "./recording-line.module.css";

/** One recording in the list. */
export function RecordingLine({ recording }: { recording: Schemas["Recording"] }) {
  const t = useT("recordings");
  const word = useWord();
  const because = useReasonText();
  const { name, prompt, state, failure } = recording;
  return (
    <div className={styles.recording}>
      <h2 className={styles.prompt}>
        <TextLink href={`/recordings/${idOf(name)}`}>{prompt || t("noPrompt")}</TextLink>
      </h2>
      <p className={styles.about}>
        <About recording={recording} />
      </p>
      <p className={styles.state} data-kind={failure ? "failed" : isMoving(recording) ? "moving" : undefined}>
        {word("STATE", state)}
      </p>
      {failure && <p className={styles.reason}>{because(failure.reason)}</p>}
    </div>
  );
}
