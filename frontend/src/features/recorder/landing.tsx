import { useState } from "react";
import { useLocation } from "wouter";
import { idOf } from "@/api/client";
import { Button } from "@/components/button";
import { ErrorNotice } from "@/components/error-notice";
import { Page } from "@/components/page";
import { TextArea } from "@/components/text-field";
import { useT } from "@/i18n/i18n";
import { useSession, useSessionState } from "@/lib/session/session-context";
import { useWriteIntroduction } from "./api/use-write-introduction";
import styles from "./landing.module.css";

/** The first page: what Timbre does, and an introduction to begin with. */
export default function Landing() {
  const t = useT("recorder");
  const [text, setText] = useState("");
  const [, navigate] = useLocation();
  const session = useSession();
  const signedIn = useSessionState().status === "signed-in";
  const write = useWriteIntroduction();

  function send() {
    if (!signedIn) {
      void session.signIn({ returnTo: "/" });
      return;
    }
    write.mutate(
      { text, prompt: t("write.label") },
      { onSuccess: ({ recording }) => recording && navigate(`/recordings/${idOf(recording.name)}`) },
    );
  }

  return (
    <Page title={t("title")} documentTitle={t("pageTitle")} lead={t("lead")}>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
      >
        <TextArea
          label={t("write.label")}
          help={t("write.help")}
          value={text}
          onChange={setText}
          maxLength={5000}
          spoken
        />
        {write.isError && <ErrorNotice error={write.error} onRetry={send} />}
        <div>
          <Button type="submit" look="primary" isDisabled={text.trim() === ""} isPending={write.isPending}>
            {t("send")}
          </Button>
        </div>
      </form>
    </Page>
  );
}
