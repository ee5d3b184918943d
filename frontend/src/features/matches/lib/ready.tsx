import { useEffect, type ReactNode } from "react";
import type { UseQueryResult } from "@tanstack/react-query";
import { ApiError } from "@/api/api-error";
import { ButtonLink } from "@/components/button";
import { EmptyState } from "@/components/empty-state";
import { Loaded } from "@/components/loaded";
import { Skeleton } from "@/components/skeleton";
import { TextLink } from "@/components/text-link";
import { useT } from "@/i18n/i18n";
import { useBeingTakenIn } from "../api/use-being-taken-in";

interface Props<T> {
  query: UseQueryResult<T>;
  skeleton?: ReactNode;
  children: (data: T) => ReactNode;
}

/** What a query about people gave; or what is missing before anybody can be found, and the next step. */
export function Ready<T>({ query, skeleton, children }: Props<T>) {
  const reason = query.error instanceof ApiError ? query.error.reason : undefined;
  const again = () => void query.refetch();
  if (reason === "CONSENT_REQUIRED") return <NoConsent />;
  if (reason === "PROFILE_NOT_READY") return <NoProfile onAgain={again} />;
  if (reason === "INDEX_PENDING") return <TakenIn onAgain={again} />;
  return (
    <Loaded query={query} skeleton={skeleton}>
      {children}
    </Loaded>
  );
}

function NoConsent() {
  const t = useT("matches");
  return (
    <EmptyState
      title={t("noConsent")}
      action={<ButtonLink href="/preferences">{t("noConsent.next")}</ButtonLink>}
    >
      {t("noConsent.text")}
    </EmptyState>
  );
}

/** There is no profile to match with; or there is, and matching has not heard of it yet. */
function NoProfile({ onAgain }: { onAgain: () => void }) {
  const t = useT("matches");
  const taken = useBeingTakenIn(true);
  if (taken.isPending) return <Skeleton lines={3} />;
  if (taken.data === true) return <TakenIn onAgain={onAgain} />;
  return (
    <EmptyState
      title={t("noProfile")}
      action={
        <ButtonLink href="/" look="primary">
          {t("noProfile.next")}
        </ButtonLink>
      }
    >
      {t.rich("noProfile.text", {
        recordings: <TextLink href="/recordings">{t("noProfile.recordings")}</TextLink>,
      })}
    </EmptyState>
  );
}

const pause = 3_000;

/** Only time is missing: asks again by itself. */
function TakenIn({ onAgain }: { onAgain: () => void }) {
  const t = useT("matches");
  useEffect(() => {
    const timer = setInterval(onAgain, pause);
    return () => clearInterval(timer);
  });
  return (
    <div role="status">
      <EmptyState title={t("takenIn")}>{t("takenIn.text")}</EmptyState>
    </div>
  );
}
