import type { SignIn } from "../config";
import { safePath, type Session, type SessionState } from "./session";
import { tokensOf, type Tokens } from "./tokens";

interface Options {
  signIn: SignIn;
  /** This page's origin. */
  origin: string;
  /** The tab's storage; survives the redirect. */
  tab: Storage;
  get?: typeof fetch;
  /** Leave the page. */
  leaveTo?: (address: string) => void;
  now?: () => number;
}

const resumeKey = "timbre.signed-in";
const channelName = "timbre.session";
/** Renewed so long before its end that no request meets it. */
const margin = 30_000;

/** A session at Cognito's hosted pages, or what behaves like them. Tokens live in this closure only. */
export function hostedSession(options: Options): Session {
  const { signIn, origin, tab, now = Date.now } = options;
  const get = options.get ?? ((...request) => fetch(...request));
  const leaveTo = options.leaveTo ?? ((address) => window.location.assign(address));
  const listeners = new Set<() => void>();
  const channel = typeof BroadcastChannel === "undefined" ? undefined : new BroadcastChannel(channelName);
  let tokens: Tokens | undefined;
  let state: SessionState = { status: "signed-out", ended: false };
  let renewing: Promise<boolean> | undefined;

  function become(next: Tokens | undefined, ended: boolean): void {
    tokens = next;
    if (next) tab.setItem(resumeKey, "yes");
    else tab.removeItem(resumeKey);
    state = next
      ? { status: "signed-in", userId: next.userId, groups: next.groups }
      : { status: "signed-out", ended };
    listeners.forEach((listener) => listener());
  }

  channel?.addEventListener("message", () => {
    if (tokens) become(undefined, true);
  });

  // The library is fetched when somebody signs in, not before.
  const manager = async () => (await import("./oidc")).userManager(signIn, origin, tab);

  async function askForRenewal(refresh: string): Promise<boolean> {
    const form = new URLSearchParams({
      grant_type: "refresh_token",
      client_id: signIn.clientId,
      refresh_token: refresh,
    });
    const before = tokens;
    const response = await get(`${signIn.domain}/oauth2/token`, { method: "POST", body: form });
    if (tokens !== before) return tokens !== undefined; // signed out meanwhile
    if (response.status >= 500 || response.status === 429) return false;
    if (!response.ok) {
      become(undefined, true);
      return false;
    }
    const answer = (await response.json()) as { access_token: string; refresh_token?: string };
    const next = tokensOf(answer.access_token, answer.refresh_token ?? refresh);
    if (next.userId !== before?.userId) {
      become(undefined, true);
      return false;
    }
    tokens = next;
    return true;
  }

  const renew = (): Promise<boolean> => {
    const refresh = tokens?.refresh;
    if (!refresh) return Promise.resolve(false);
    renewing ??= askForRenewal(refresh)
      .catch(() => false) // the provider cannot be reached: the token may be good all the same
      .finally(() => (renewing = undefined));
    return renewing;
  };

  return {
    state: () => state,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    canResume: () => !tokens && tab.getItem(resumeKey) === "yes",
    async signIn({ returnTo, provider }) {
      tab.removeItem(resumeKey); // one try: whoever comes back without a session is asked
      await (
        await manager()
      ).signinRedirect({
        state: safePath(returnTo),
        ...(provider ? { extraQueryParams: { identity_provider: provider } } : {}),
      });
    },
    async finish(address) {
      const user = await (await manager()).signinRedirectCallback(address);
      become(tokensOf(user.access_token, user.refresh_token), false);
      return safePath(user.state);
    },
    leave() {
      become(undefined, false);
      channel?.postMessage("left");
      const query = new URLSearchParams({ client_id: signIn.clientId, logout_uri: `${origin}/` });
      leaveTo(`${signIn.domain}/logout?${query.toString()}`);
    },
    async token() {
      if (tokens && tokens.expiresAt - now() < margin) await renew();
      return tokens?.access;
    },
    renew,
    drop() {
      if (tokens) become(undefined, true);
    },
  };
}
