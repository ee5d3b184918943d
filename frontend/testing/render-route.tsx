import type { ReactNode } from "react";
import { act, render } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { memoryLocation } from "wouter/memory-location";
import { App } from "@/app/app";
import { routes, signInNeeded } from "@/app/routes";
import type { Locale } from "@/i18n/locale";
import type { Config } from "@/lib/config";
import { newQueryClient } from "@/lib/query-client";
import type { SessionState } from "@/lib/session/session";
import { fakeApi, type Handlers } from "./fake-api";
import { ada, fakeSession } from "./fake-session";
import { testConfig } from "./test-config";

interface Options {
  /** Who is signed in; Ada when left out. */
  as?: SessionState;
  locale?: Locale;
  config?: Partial<Config>;
  /** Puts what the feature takes from its own context around the page. */
  around?: (page: ReactNode) => ReactNode;
}

/** Open the page at a path, on a typed fake of the API. Read the screen as people do: `screen.findByRole(…)`. */
export async function renderRoute(path: string, handlers: Handlers = {}, options: Options = {}) {
  // The code of the screens is there before: React waits for it only inside an `act` that is waited for.
  await Promise.all([signInNeeded, ...routes.map(({ screen }) => screen)].map(({ preload }) => preload()));
  const session = fakeSession(options.as ?? ada);
  const location = memoryLocation({ path, record: true });
  const services = {
    config: { ...testConfig, ...options.config },
    session,
    api: fakeApi(handlers, session),
    queries: newQueryClient(),
  };
  const page = <App services={services} initialLocale={options.locale ?? "en"} location={location.hook} />;
  // What a screen asks for when it is opened has begun to arrive.
  const view = await act(async () => {
    const rendered = render(options.around ? options.around(page) : page);
    await new Promise((resolve) => setTimeout(resolve));
    return rendered;
  });
  return {
    ...view,
    session,
    user: userEvent.setup(),
    /** Where the page is now. */
    path: () => location.history.at(-1) ?? path,
    navigate: (to: string) => act(() => location.navigate(to)),
  };
}
