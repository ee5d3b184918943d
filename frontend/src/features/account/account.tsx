import { Button } from "@/components/button";
import { ErrorNotice } from "@/components/error-notice";
import { Loaded } from "@/components/loaded";
import { Page } from "@/components/page";
import { useT } from "@/i18n/i18n";
import { useFormat } from "@/i18n/use-format";
import { useServerSession } from "./api/use-server-session";
import { useSignOut } from "./lib/use-sign-out";

/** My sign-in and my data. */
export default function Account() {
  const t = useT("account");
  const format = useFormat();
  const signOut = useSignOut();
  return (
    <Page title={t("title")} lead={t("lead")}>
      <section>
        <h2>{t("session")}</h2>
        <Loaded query={useServerSession()}>
          {({ expireTime }) => expireTime && <p>{t("until", { time: format.dateTime(expireTime) })}</p>}
        </Loaded>
        <p>{t("signOut.help")}</p>
        {signOut.isError && <ErrorNotice error={signOut.error} onRetry={() => signOut.mutate()} />}
        <Button isPending={signOut.isPending} onPress={() => signOut.mutate()}>
          {t("signOut")}
        </Button>
      </section>
    </Page>
  );
}
