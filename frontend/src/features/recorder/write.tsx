import { useEffect, useRef, type SyntheticEvent } from "react";
import { Button } from "@/components/button";
import { ErrorNotice } from "@/components/error-notice";
import { Skeleton } from "@/components/skeleton";
import { TextArea } from "@/components/text-field";
import type { Schemas } from "@/api/types";
import { useT } from "@/i18n/i18n";
import { useWriteIntroduction } from "./api/use-write-introduction";
import { longestText } from "./takes/limits";
import type { TakeStore } from "./takes/take-store";
import { useDraft } from "./use-draft";
import styles from "./write.module.css";

interface Props {
  takes: TakeStore;
  userId: string | undefined;
  question: string;
  language: string;
  /** Send what is there as soon as it was found: the person asked for it before they signed in. */
  sendsAtOnce: boolean;
  onSignIn: () => void;
  onSent: (recording: Schemas["Recording"] | undefined) => void;
}

/** An introduction in writing: for whoever cannot, or would rather not, speak. */
export function Write({ takes, userId, question, language, sendsAtOnce, onSignIn, onSent }: Props) {
  const t = useT("recorder");
  const draft = useDraft(takes, userId);
  const write = useWriteIntroduction();
  const text = draft.text ?? "";
  const empty = text.trim() === "";

  async function send() {
    if (userId === undefined) {
      onSignIn();
      return;
    }
    const key = await draft.keyFor(question);
    write.mutate(
      { text, prompt: question, language, key },
      {
        onSuccess: ({ recording }) => {
          void draft.remove();
          onSent(recording);
        },
      },
    );
  }

  const asked = useRef(false);
  const found = draft.text !== undefined;
  useEffect(() => {
    if (!sendsAtOnce || asked.current || !found || empty) return;
    asked.current = true;
    void send();
  });

  if (!found) return <Skeleton lines={5} />;
  return (
    <form
      className={styles.form}
      onSubmit={(event: SyntheticEvent) => {
        event.preventDefault();
        void send();
      }}
    >
      <TextArea
        label={t("write.label")}
        help={t(takes.lasts ? "write.help" : "write.fleeting")}
        value={text}
        onChange={(next) => draft.write(next)}
        maxLength={longestText}
        rows={7}
        spoken
      />
      {write.isError && <ErrorNotice error={write.error} onRetry={() => void send()} />}
      <div>
        <Button type="submit" look="primary" isDisabled={empty} isPending={write.isPending}>
          {t("send")}
        </Button>
      </div>
    </form>
  );
}
