import { Notice } from "@/components/notice";
import { Page } from "@/components/page";
import { useT } from "@/i18n/i18n";
import { useSessionState } from "@/lib/session/session-context";
import { SignInButtons } from "./lib/sign-in-buttons";

/** Instead of a page that is for those who are signed in. */
export default function SignInNeeded() {
  const t = useT("session");
  const state = useSessionState();
  return (
    <Page title={t("needed.title")} lead={t("needed.text")}>
      {state.status === "signed-out" && state.ended && <Notice role="status">{t("expired")}</Notice>}
      <SignInButtons />
    </Page>
  );
}
