import { Button } from "@/components/button";
import { ErrorNotice } from "@/components/error-notice";
import { Loaded } from "@/components/loaded";
import { Skeleton } from "@/components/skeleton";
import { useT } from "@/i18n/i18n";
import { useFormat } from "@/i18n/use-format";
import { useServerSession } from "./api/use-server-session";
import { Details } from "./details";
import { useSignOut } from "./lib/use-sign-out";
import { Section } from "./section";

/** Who the server takes me for, and the way out. */
export function SessionSection() {
  const t = useT("account");
  const format = useFormat();
  const signOut = useSignOut();
  return (
    <Section title={t("session")}>
      <Loaded query={useServerSession()} skeleton={<Skeleton lines={2} />}>
        {({ userId, expireTime }) => (
          <Details
            rows={[
              ...(expireTime ? [{ term: t("session.until"), text: format.dateTime(expireTime) }] : []),
              { term: t("session.user"), text: userId, isCode: true },
            ]}
          />
        )}
      </Loaded>
      <p>
        {t("session.renewed")} {t("signOut.help")}
      </p>
      {signOut.isError && <ErrorNotice error={signOut.error} onRetry={() => signOut.mutate()} />}
      <Button isPending={signOut.isPending} onPress={() => signOut.mutate()}>
        {t("signOut")}
      </Button>
    </Section>
  );
}
