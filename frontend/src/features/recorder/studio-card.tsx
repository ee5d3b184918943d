import { useEffect, useRef, useState } from "react";
import { useLocation } from "wouter";
import { idOf } from "@/api/client";
import { useAnnounce } from "@/components/announcer";
import { Button } from "@/components/button";
import { Notice } from "@/components/notice";
import { Skeleton } from "@/components/skeleton";
import { useT } from "@/i18n/i18n";
import { useSessionState } from "@/lib/session/session-context";
import { FileButton } from "./file-button";
import { OtherTakes } from "./other-takes";
import { PromptCard } from "./prompt-card";
import { Review } from "./review";
import { Sending } from "./sending";
import { SignInFirst } from "./sign-in-first";
import { Speak } from "./speak";
import { useStudio } from "./studio";
import { useCurrentTake } from "./use-current-take";
import { useFile } from "./use-file";
import { useFileDrop } from "./use-file-drop";
import { useQuestion } from "./use-question";
import { useSending } from "./use-sending";
import { useWish } from "./use-wish";
import { Write } from "./write";
import styles from "./studio-card.module.css";

/** The question, and the ways to answer it: speak, write, or bring a file. */
export function StudioCard() {
  const t = useT("recorder");
  const announce = useAnnounce();
  const [, navigate] = useLocation();
  const studio = useStudio();
  const session = useSessionState();
  const userId = session.status === "signed-in" ? session.userId : undefined;
  const question = useQuestion(userId !== undefined);
  const wish = useWish(userId !== undefined);
  const [writes, setWrites] = useState(wish.granted?.what === "draft");
  const [asksSignIn, setAsksSignIn] = useState(false);
  const current = useCurrentTake(studio, userId);
  const sending = useSending(studio, current.id, userId);
  const file = useFile(studio, { owner: userId, prompt: question.text }, (take) => {
    setWrites(false);
    current.choose(take);
    announce(t("review.file"));
  });
  const drop = useFileDrop(
    (dropped) => !current.isRecording && !sending.outgoing && void file.bring(dropped),
  );
  const { take, isRecording } = current;
  const { outgoing } = sending;

  const granted = wish.granted?.what === "take" ? wish.granted.id : undefined;
  const begun = useRef(false);
  useEffect(() => {
    if (granted === undefined || begun.current || take?.id !== granted) return;
    begun.current = true;
    sending.send(granted);
  });
  // Signed out on the way: this tab goes on when the person is back.
  const cutOff = outgoing?.step === "signed-out" ? current.id : undefined;
  useEffect(() => {
    if (cutOff !== undefined) wish.keep({ what: "take", id: cutOff });
  });

  function send(id: string) {
    if (userId !== undefined) {
      sending.send(id);
      return;
    }
    wish.keep({ what: "take", id });
    setAsksSignIn(true);
  }

  function panel() {
    if (current.isLoading || question.isLoading) return <Skeleton lines={4} />;
    if (outgoing && current.id !== undefined) {
      const { id } = current;
      return (
        <Sending
          outgoing={outgoing}
          onCancel={() => sending.cancel(id)}
          onHurry={() => studio.desk.hurry(id)}
          onRetry={() => sending.send(id)}
          onClose={() => studio.desk.clear(id)}
        />
      );
    }
    if (asksSignIn) {
      return (
        <SignInFirst
          lasts={studio.takes.lasts}
          onBack={() => {
            wish.drop();
            setAsksSignIn(false);
          }}
        />
      );
    }
    if (writes) {
      return (
        <Write
          takes={studio.takes}
          userId={userId}
          question={question.text}
          language={question.language}
          sendsAtOnce={wish.granted?.what === "draft"}
          onSignIn={() => {
            wish.keep({ what: "draft" });
            setAsksSignIn(true);
          }}
          onSent={(recording) => recording && navigate(`/recordings/${idOf(recording.name)}`)}
        />
      );
    }
    if (take && !isRecording) {
      return (
        <Review
          takes={studio.takes}
          take={take}
          ending={current.ending}
          onSend={() => send(take.id)}
          onAgain={() => current.choose(undefined)}
        />
      );
    }
    return <Speak studio={studio} start={{ owner: userId, prompt: question.text }} />;
  }

  const choosing = !isRecording && !outgoing && !asksSignIn;
  const reviewed = take && !writes ? take : undefined;
  return (
    <div className={styles.studio}>
      <section
        className={styles.card}
        data-over={drop.isOver || undefined}
        aria-label={t("card")}
        {...drop.target}
      >
        <PromptCard
          question={reviewed?.prompt ?? question.text}
          reason={reviewed ? undefined : question.reason}
        />
        <div className={styles.panel}>{panel()}</div>
        {file.problem !== undefined && (
          <Notice tone="danger" role="alert">
            {t(`file.${file.problem}`)}
          </Notice>
        )}
        {choosing && (
          <div className={styles.ways}>
            <Button look="quiet" size="small" onPress={() => setWrites(!writes)}>
              {t(writes ? "speak.instead" : "write.instead")}
            </Button>
            <FileButton onFile={(chosen) => void file.bring(chosen)} />
            <p className={styles.drop}>{t("file.drop")}</p>
          </div>
        )}
      </section>
      {!isRecording && (
        <OtherTakes
          takes={studio.takes}
          others={current.others}
          userId={userId}
          onOpen={(other) => {
            setWrites(false);
            current.choose(other);
          }}
        />
      )}
    </div>
  );
}
