/** What differs between places the page is served from; `/config.json` says it, see `parseConfig`. */
export interface Config {
  /** Where the API is; the page's own origin when empty. */
  api: string;
  signIn: SignIn;
  analytics: { vercel: boolean; speedInsights: boolean };
  /** Public keys (PEM) whose signature on a receipt of an erasure counts. */
  receiptKeys: readonly string[];
}

export interface SignIn {
  /** `iss` of the tokens. */
  issuer: string;
  clientId: string;
  /** Where the hosted pages are: `https://….amazoncognito.com`. */
  domain: string;
  /** Names of the identity providers that people may also sign in with, as Cognito has them. */
  providers: readonly string[];
}

/** The configuration is not usable; `problems` names everything that is wrong. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join("\n"));
    this.problems = problems;
  }
}

/** Check what `/config.json` says. */
export function parseConfig(json: unknown): Config {
  const read = new Reader();
  const top = read.object(json, "config.json");
  const signIn = read.object(top.signIn, "signIn");
  const analytics = read.object(top.analytics ?? {}, "analytics");
  const config: Config = {
    api: read.url(top.api, "api", { mayBeEmpty: true }),
    signIn: {
      issuer: read.url(signIn.issuer, "signIn.issuer"),
      clientId: read.text(signIn.clientId, "signIn.clientId"),
      domain: read.url(signIn.domain, "signIn.domain"),
      providers: read.texts(signIn.providers ?? [], "signIn.providers"),
    },
    analytics: {
      vercel: read.flag(analytics.vercel ?? false, "analytics.vercel"),
      speedInsights: read.flag(analytics.speedInsights ?? false, "analytics.speedInsights"),
    },
    receiptKeys: read.texts(top.receiptKeys ?? [], "receiptKeys"),
  };
  if (read.problems.length) throw new ConfigError(read.problems);
  return config;
}

export async function loadConfig(get: typeof fetch = fetch): Promise<Config> {
  let json: unknown;
  try {
    const response = await get("/config.json", { cache: "no-cache" });
    if (!response.ok) throw new Error(`it answered ${response.status}`);
    json = await response.json();
  } catch (error) {
    throw new ConfigError([`/config.json cannot be read: ${String(error)}`]);
  }
  return parseConfig(json);
}

class Reader {
  readonly problems: string[] = [];

  object(value: unknown, name: string): Record<string, unknown> {
    if (typeof value === "object" && value !== null && !Array.isArray(value))
      return value as Record<string, unknown>;
    this.problems.push(`${name}: an object is needed`);
    return {};
  }

  text(value: unknown, name: string): string {
    if (typeof value === "string" && value !== "") return value;
    this.problems.push(`${name}: a text is needed`);
    return "";
  }

  texts(value: unknown, name: string): string[] {
    if (Array.isArray(value) && value.every((item) => typeof item === "string")) return value;
    this.problems.push(`${name}: a list of texts is needed`);
    return [];
  }

  flag(value: unknown, name: string): boolean {
    if (typeof value === "boolean") return value;
    this.problems.push(`${name}: true or false is needed`);
    return false;
  }

  url(value: unknown, name: string, { mayBeEmpty = false } = {}): string {
    if (mayBeEmpty && (value === "" || value === undefined)) return "";
    if (typeof value === "string" && /^https?:$/.test(URL.canParse(value) ? new URL(value).protocol : "")) {
      return value.replace(/\/$/, "");
    }
    this.problems.push(`${name}: an address that starts with https:// is needed`);
    return "";
  }
}
