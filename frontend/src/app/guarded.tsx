import { useEffect, useState, type ReactNode } from "react";
import { useLocation } from "wouter";
import { Page } from "@/components/page";
import { useT } from "@/i18n/i18n";
import { useIsMember, useSession, useSessionState } from "@/lib/session/session-context";
import { moderators, signInNeeded, type Access } from "./routes";

/** Shows a screen to those it is for. */
export function Guarded({ access, children }: { access: Access; children: ReactNode }) {
  const t = useT("session");
  const session = useSession();
  const state = useSessionState();
  const isModerator = useIsMember(moderators);
  const [location] = useLocation();
  const [resumes] = useState(() => access !== "anybody" && session.canResume());

  // Loaded again while signed in: the tokens are gone, but the hosted pages may still know who this is.
  useEffect(() => {
    if (resumes && session.canResume()) void session.signIn({ returnTo: location });
  }, [resumes, session, location]);

  if (access === "anybody") return children;
  if (state.status === "signed-out") return resumes ? null : <signInNeeded.Component />;
  if (access === "moderator" && !isModerator) return <Page title={t("needed.moderators")} />;
  return children;
}
