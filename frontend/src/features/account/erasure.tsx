import { useEffect, useRef } from "react";
import { useParams } from "wouter";
import { useAnnounce } from "@/components/announcer";
import { ButtonLink } from "@/components/button";
import { ErrorNotice } from "@/components/error-notice";
import { Notice } from "@/components/notice";
import { Page } from "@/components/page";
import { Progress } from "@/components/progress";
import { Skeleton } from "@/components/skeleton";
import { useT } from "@/i18n/i18n";
import { useErasure } from "./api/use-erasure";
import { ownErasure } from "./own-erasure";
import { Receipt } from "./receipt/receipt";

/** An erasure and its receipt. Whoever knows the address sees it: the account it belonged to is gone. */
export default function Erasure() {
  const t = useT("account");
  const { erasure } = useParams<{ erasure: string }>();
  const query = useErasure(erasure);
  const own = ownErasure(`erasures/${erasure}`);
  const state = query.data?.state;
  const isDone = state === "STATE_DONE";
  useToldWhenDone(isDone);
  return (
    <Page
      title={t(isDone ? "erasure.done" : state ? "erasure.running" : "erasure")}
      lead={t(isDone ? "erasure.done.text" : "erasure.running.text")}
    >
      {query.isError && <ErrorNotice error={query.error} onRetry={() => void query.refetch()} />}
      {own?.browserIsEmpty === false && <Notice tone="caution">{t("erasure.browser")}</Notice>}
      {query.isPending && <Skeleton lines={4} />}
      {state === "STATE_RUNNING" && <Progress label={t("erasure.progress")} />}
      {query.data?.receipt && <Receipt erasure={query.data} userId={own?.userId} />}
      {isDone && (
        <div>
          <ButtonLink href="/">{t("erasure.home")}</ButtonLink>
        </div>
      )}
    </Page>
  );
}

function useToldWhenDone(isDone: boolean) {
  const t = useT("account");
  const announce = useAnnounce();
  const waited = useRef(false);
  useEffect(() => {
    if (!isDone) waited.current = true;
    else if (waited.current) announce(t("erasure.done"));
  }, [isDone, announce, t]);
}
