import { Suspense, useEffect, useState } from "react";
import { QueryClientProvider, type QueryClient } from "@tanstack/react-query";
import { I18nProvider } from "react-aria-components/I18nProvider";
import { Route, Router, Switch, useLocation, type BaseLocationHook } from "wouter";
import { ApiProvider } from "@/api/api-context";
import type { Api } from "@/api/client";
import { AnnouncerProvider } from "@/components/announcer";
import { LanguageProvider } from "@/i18n/i18n";
import { keepLocale, type Locale } from "@/i18n/locale";
import type { Config } from "@/lib/config";
import { ConfigProvider } from "@/lib/config-context";
import type { Session } from "@/lib/session/session";
import { SessionProvider } from "@/lib/session/session-context";
import { storage } from "@/lib/storage";
import { Guarded } from "./guarded";
import { NotFound } from "./not-found";
import { routes } from "./routes";
import { Shell } from "./shell";
import { VisitCounting } from "./visit-counting";

/** What the page stands on; tests bring their own. */
export interface Services {
  config: Config;
  session: Session;
  api: Api;
  queries: QueryClient;
}

interface Props {
  services: Services;
  initialLocale: Locale;
  /** Where the path is kept; the browser's address unless a test says otherwise. */
  location?: BaseLocationHook;
}

export function App({ services, initialLocale, location }: Props) {
  const { config, session, api, queries } = services;
  const [locale, choose] = useState(initialLocale);
  useForgetting(session, queries);

  function setLocale(chosen: Locale) {
    keepLocale(chosen, storage("local"));
    choose(chosen);
  }

  return (
    <ConfigProvider value={config}>
      <SessionProvider value={session}>
        <ApiProvider value={api}>
          <QueryClientProvider client={queries}>
            <LanguageProvider locale={locale} setLocale={setLocale}>
              <I18nProvider locale={locale === "es" ? "es-ES" : "en-US"}>
                <AnnouncerProvider>
                  <Router {...(location ? { hook: location } : {})}>
                    <Suspense>
                      <Shell>
                        <Screens />
                      </Shell>
                      <VisitCounting />
                    </Suspense>
                  </Router>
                </AnnouncerProvider>
              </I18nProvider>
            </LanguageProvider>
          </QueryClientProvider>
        </ApiProvider>
      </SessionProvider>
    </ConfigProvider>
  );
}

function Screens() {
  const [location] = useLocation();
  return (
    <Switch>
      {routes.map(({ path, access, screen }) => (
        <Route key={path} path={path}>
          {/* Another address is another screen, also where one component shows both. */}
          <Guarded key={location} access={access}>
            <screen.Component />
          </Guarded>
        </Route>
      ))}
      <Route>
        <NotFound />
      </Route>
    </Switch>
  );
}

/** What was loaded for one person is not there for the next. */
function useForgetting(session: Session, queries: QueryClient): void {
  useEffect(
    () =>
      session.subscribe(() => {
        if (session.state().status === "signed-out") queries.removeQueries();
      }),
    [session, queries],
  );
}
