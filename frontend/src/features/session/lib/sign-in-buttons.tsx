import { useState } from "react";
import { useLocation } from "wouter";
import { Button } from "@/components/button";
import { ErrorNotice } from "@/components/error-notice";
import { useT } from "@/i18n/i18n";
import { useConfig } from "@/lib/config-context";
import { useSession } from "@/lib/session/session-context";
import styles from "./sign-in-buttons.module.css";

/** The ways to sign in: the hosted page, and each provider that the configuration names. Comes back to this page. */
export function SignInButtons({ returnTo }: { returnTo?: string }) {
  const t = useT("session");
  const { signIn } = useConfig();
  const session = useSession();
  const [location] = useLocation();
  const [leaving, setLeaving] = useState(false);
  const [error, setError] = useState<unknown>();

  async function leave(provider?: string) {
    setLeaving(true);
    setError(undefined);
    try {
      await session.signIn({ returnTo: returnTo ?? location, ...(provider ? { provider } : {}) });
    } catch (problem) {
      setError(problem);
      setLeaving(false);
    }
  }

  return (
    <div className={styles.ways}>
      <Button look="primary" isPending={leaving} onPress={() => void leave()}>
        {t("signIn")}
      </Button>
      {signIn.providers.map((provider) => (
        <Button key={provider} isPending={leaving} onPress={() => void leave(provider)}>
          {t("signInWith", { provider })}
        </Button>
      ))}
      {error !== undefined && <ErrorNotice error={error} />}
    </div>
  );
}
