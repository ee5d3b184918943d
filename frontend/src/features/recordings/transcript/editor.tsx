import { useEffect, useRef, useState } from "react";
import type { Schemas } from "@/api/types";
import { Button } from "@/components/button";
import { ErrorNotice } from "@/components/error-notice";
import { Notice } from "@/components/notice";
import { TextArea } from "@/components/text-field";
import { useT } from "@/i18n/i18n";
import { ChangedElsewhere, useCorrect } from "../api/use-correct";
import styles from "./transcript.module.css";

interface Props {
  recording: string;
  transcript: Schemas["Transcript"];
  onSaved: (from: string) => void;
  onClose: () => void;
}

/** So much text a transcript may have; the contract says so. */
const longest = 20_000;

/** Correct what was written down. Nobody's correction is overwritten without asking. */
export function Editor({ recording, transcript, onSaved, onClose }: Props) {
  const t = useT("recordings");
  const common = useT("common");
  const [text, setText] = useState(transcript.text);
  const [base, setBase] = useState(transcript);
  const correct = useCorrect(recording);
  const other = correct.error instanceof ChangedElsewhere ? correct.error.now : undefined;
  const frame = useRef<HTMLFormElement>(null);
  useEffect(() => frame.current?.querySelector("textarea")?.focus(), []);

  const goOnFrom = (now: Schemas["Transcript"], chosen: string) => {
    setBase(now);
    setText(chosen);
    correct.reset();
  };
  const save = () => {
    if (text.trim() === base.text) {
      onClose();
      return;
    }
    correct.mutate(
      { text, etag: base.etag },
      {
        onSuccess: ({ from }) => {
          onSaved(from);
          onClose();
        },
      },
    );
  };

  return (
    <form
      ref={frame}
      className={styles.editor}
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <TextArea
        label={t("correct.label")}
        help={t("correct.help")}
        value={text}
        onChange={setText}
        maxLength={longest}
        rows={8}
        spoken
      />
      {other && (
        <Notice
          tone="caution"
          role="alert"
          title={t("conflict.title")}
          action={
            <div className={styles.buttons}>
              <Button size="small" onPress={() => goOnFrom(other, text)}>
                {t("conflict.mine")}
              </Button>
              <Button size="small" onPress={() => goOnFrom(other, other.text)}>
                {t("conflict.theirs")}
              </Button>
            </div>
          }
        >
          <p>{t("conflict.text")}</p>
          <p className={styles.other}>{other.text}</p>
        </Notice>
      )}
      {correct.error && !other && <ErrorNotice error={correct.error} onRetry={save} />}
      <div className={styles.buttons}>
        <Button
          look="primary"
          type="submit"
          isPending={correct.isPending}
          isDisabled={text.trim() === "" || other !== undefined}
        >
          {t("correct.save")}
        </Button>
        <Button look="quiet" onPress={onClose}>
          {common("cancel")}
        </Button>
      </div>
    </form>
  );
}
