import { Suspense, useLayoutEffect, useRef, type ReactNode } from "react";
import { Link, useLocation } from "wouter";
import { Button } from "@/components/button";
import { Notice } from "@/components/notice";
import { Skeleton } from "@/components/skeleton";
import { useT } from "@/i18n/i18n";
import { NavigationProvider } from "@/lib/navigation";
import { useSession, useSessionState } from "@/lib/session/session-context";
import { useOnline } from "@/lib/use-online";
import { ErrorBoundary } from "./error-boundary";
import { Footer } from "./footer";
import { MainNav, OwnNav } from "./main-nav";
import { Mark } from "./mark";
import styles from "./shell.module.css";

/** The frame around every screen. */
export function Shell({ children }: { children: ReactNode }) {
  const t = useT("shell");
  const [path] = useLocation();
  const main = useRef<HTMLElement>(null);
  const opened = useRef(path);
  const navigated = useRef(false);
  const signedIn = useSessionState().status === "signed-in";

  // Before the new screen's own effects, which look at it.
  useLayoutEffect(() => {
    if (path === opened.current) return;
    opened.current = path;
    navigated.current = true;
    window.scrollTo(0, 0);
  }, [path]);

  return (
    <div className={styles.shell} data-bar={signedIn || undefined}>
      <a
        className={styles.skip}
        href="#main"
        onClick={(event) => {
          event.preventDefault();
          main.current?.focus();
        }}
      >
        {t("skip")}
      </a>
      <header className={styles.header}>
        <Link href="/" className={styles.brand} aria-label={t("home")}>
          <Mark />
          <span>Timbre</span>
        </Link>
        {signedIn && <MainNav />}
        {!signedIn && <SignIn />}
      </header>
      <main id="main" ref={main} tabIndex={-1} className={styles.main}>
        <Offline />
        {signedIn && <OwnNav />}
        <ErrorBoundary resetKey={path}>
          <NavigationProvider value={navigated}>
            <Suspense fallback={<Skeleton lines={5} />}>{children}</Suspense>
          </NavigationProvider>
        </ErrorBoundary>
      </main>
      <Footer />
    </div>
  );
}

function SignIn() {
  const t = useT("session");
  const session = useSession();
  const [path] = useLocation();
  return (
    <Button size="small" onPress={() => void session.signIn({ returnTo: path })}>
      {t("signIn")}
    </Button>
  );
}

function Offline() {
  const t = useT("shell");
  const online = useOnline();
  return (
    <div role="status" className={styles.offline}>
      {!online && <Notice tone="caution">{t("offline")}</Notice>}
    </div>
  );
}
