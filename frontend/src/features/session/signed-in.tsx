import { useEffect } from "react";
import { useQuery } from "@tanstack/react-query";
import { useLocation } from "wouter";
import { Button } from "@/components/button";
import { Notice } from "@/components/notice";
import { Page } from "@/components/page";
import { Skeleton } from "@/components/skeleton";
import { useT } from "@/i18n/i18n";
import { useSession } from "@/lib/session/session-context";

/** Where the hosted pages send people back to. */
export default function SignedIn() {
  const t = useT("session");
  const session = useSession();
  const [, navigate] = useLocation();
  const address = window.location.href;
  // A query, because a code can be redeemed once however often this is rendered.
  const { data: returnTo, isError } = useQuery({
    queryKey: ["signed-in", address],
    queryFn: () => session.finish(address),
    staleTime: Infinity,
    gcTime: 0,
  });
  useEffect(() => {
    if (returnTo !== undefined) navigate(returnTo, { replace: true });
  }, [returnTo, navigate]);

  if (!isError) {
    return (
      <Page title={t("back.title")}>
        <Skeleton />
      </Page>
    );
  }
  return (
    <Page title={t("back.failed")}>
      <Notice
        tone="caution"
        role="alert"
        action={
          <Button look="primary" onPress={() => void session.signIn({ returnTo: "/" })}>
            {t("back.again")}
          </Button>
        }
      >
        {t("back.why")}
      </Notice>
    </Page>
  );
}
