// `npm run dev`, then /testing/preview.html?path=/matches&as=moderator&lang=es: a screen on the fake API, to look at.
import "@fontsource-variable/inter/wght.css";
import "@fontsource-variable/newsreader/wght.css";
import "@/styles/tokens.css";
import "@/styles/base.css";
import { createRoot } from "react-dom/client";
import { memoryLocation } from "wouter/memory-location";
import { App } from "@/app/app";
import { preferredLocale } from "@/i18n/locale";
import { newQueryClient } from "@/lib/query-client";
import type { Session, SessionState } from "@/lib/session/session";
import { keptTheme, setTheme } from "@/lib/theme";
import { fakeApi } from "./fake-api";
import { full } from "./full-api";
import { testConfig } from "./test-config";

const query = new URLSearchParams(window.location.search);
const as = query.get("as") ?? "ada";
const state: SessionState =
  as === "stranger"
    ? { status: "signed-out", ended: false }
    : { status: "signed-in", userId: as, groups: as === "moderator" ? ["moderators"] : [] };
const session: Session = {
  state: () => state,
  subscribe: () => () => undefined,
  signIn: () => Promise.resolve(),
  finish: () => Promise.resolve("/"),
  leave: () => undefined,
  canResume: () => false,
  token: () => Promise.resolve("token"),
  renew: () => Promise.resolve(false),
  drop: () => undefined,
};
const services = {
  config: { ...testConfig, signIn: { ...testConfig.signIn, providers: query.getAll("provider") } },
  session,
  api: fakeApi(full, session),
  queries: newQueryClient(),
};
const { hook } = memoryLocation({ path: query.get("path") ?? "/" });

setTheme(keptTheme());
const root = document.getElementById("root");
if (root) {
  const locale = preferredLocale(window.location.search, localStorage, []);
  createRoot(root).render(<App services={services} initialLocale={locale} location={hook} />);
}
