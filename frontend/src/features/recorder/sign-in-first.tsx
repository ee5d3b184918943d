import { useEffect, useRef } from "react";
import { Button } from "@/components/button";
import { SignInButtons } from "@/features/session/lib/sign-in-buttons";
import { useT } from "@/i18n/i18n";
import styles from "./sign-in-first.module.css";

interface Props {
  /** Whether what waits will still be here after the way to the sign-in. */
  lasts: boolean;
  onBack: () => void;
}

/** Between “Send it” and the sign-in: what will happen to what was said. */
export function SignInFirst({ lasts, onBack }: Props) {
  const t = useT("recorder");
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  return (
    <div className={styles.first}>
      <h3 ref={heading} tabIndex={-1} className={styles.title}>
        {t("first.title")}
      </h3>
      <p>{t(lasts ? "first.text" : "first.fleeting")}</p>
      <SignInButtons returnTo="/" />
      <div>
        <Button look="quiet" onPress={onBack}>
          {t("back")}
        </Button>
      </div>
    </div>
  );
}
