import "@fontsource-variable/inter/wght.css";
import "@fontsource-variable/newsreader/wght.css";
import "./styles/tokens.css";
import "./styles/base.css";
import { StrictMode, type ReactNode } from "react";
import { createRoot } from "react-dom/client";
import { createApi } from "./api/client";
import { App, type Services } from "./app/app";
import { ConfigProblem } from "./app/config-problem";
import { loadCatalog, type Namespace } from "./i18n/catalogs";
import { LanguageProvider } from "./i18n/i18n";
import { preferredLocale } from "./i18n/locale";
import { ConfigError, loadConfig, type Config } from "./lib/config";
import { newQueryClient } from "./lib/query-client";
import { hostedSession } from "./lib/session/hosted-session";
import { storage } from "./lib/storage";
import { keptTheme, setTheme } from "./lib/theme";

const first: Namespace[] = ["common", "session", "shell"];

function services(config: Config): Services {
  const { origin } = window.location;
  const session = hostedSession({ signIn: config.signIn, origin, tab: storage("session") });
  const api = createApi({ baseUrl: config.api || origin, credentials: session });
  return { config, session, api, queries: newQueryClient() };
}

async function start(): Promise<ReactNode> {
  const locale = preferredLocale(window.location.search, storage("local"), navigator.languages);
  document.documentElement.lang = locale;
  const texts = Promise.all(first.map((namespace) => loadCatalog(locale, namespace)));
  try {
    const [config] = await Promise.all([loadConfig(), texts]);
    return <App services={services(config)} initialLocale={locale} />;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    await texts;
    return (
      <LanguageProvider locale={locale} setLocale={() => undefined}>
        <ConfigProblem problems={error.problems} />
      </LanguageProvider>
    );
  }
}

setTheme(keptTheme());
const root = document.getElementById("root");
if (!root) throw new Error("index.html has no root.");
createRoot(root).render(<StrictMode>{await start()}</StrictMode>);
