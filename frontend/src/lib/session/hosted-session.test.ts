import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { hostedSession } from "./hosted-session";
import { safePath } from "./session";

const signIn = {
  issuer: "https://issuer.test",
  clientId: "page",
  domain: "https://pages.test",
  providers: [],
};
const origin = "https://timbre.test";
let now = 1_700_000_000_000;

function token(claims: Record<string, unknown>): string {
  const part = (value: unknown) =>
    btoa(JSON.stringify(value)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  return `${part({ alg: "RS256" })}.${part(claims)}.signature`;
}

const access = (own: Record<string, unknown> = {}) => token({ sub: "ada", exp: now / 1000 + 900, ...own });

/** The provider's token endpoint: what it was asked, and what it answers. */
function provider(...answers: (Response | Error)[]) {
  const asked: URLSearchParams[] = [];
  const get = vi.fn((_: unknown, init?: RequestInit) => {
    asked.push(new URLSearchParams(init?.body as URLSearchParams));
    const next = answers.shift();
    if (next === undefined) throw new Error("asked too often");
    return next instanceof Error ? Promise.reject(next) : Promise.resolve(next);
  }) as unknown as typeof fetch;
  return { asked, get };
}

/** Go to the hosted pages and come back, as the library and a browser do. */
async function signedIn(get: typeof fetch, claims: Record<string, unknown> = {}, leaveTo = vi.fn()) {
  const session = hostedSession({ signIn, origin, tab: sessionStorage, get, leaveTo, now: () => now });
  const state = await begin(session, "/matches");
  vi.spyOn(globalThis, "fetch").mockResolvedValueOnce(
    Response.json({
      access_token: access(claims),
      id_token: token({ sub: "ada", iss: signIn.issuer, aud: "page" }),
      refresh_token: "refresh-1",
      token_type: "Bearer",
      expires_in: 900,
    }),
  );
  const path = await session.finish(`${origin}/signed-in?code=c&state=${state}`);
  return { session, path, leaveTo };
}

/** Begin a sign-in and read the state that would be sent; jsdom itself goes nowhere. */
async function begin(session: ReturnType<typeof hostedSession>, returnTo: string): Promise<string> {
  const leaving = session.signIn({ returnTo });
  await vi.waitFor(() =>
    expect(Object.keys(sessionStorage).some((key) => key.startsWith("oidc."))).toBe(true),
  );
  void leaving.catch(() => undefined);
  const key = Object.keys(sessionStorage).find((name) => name.startsWith("oidc.")) ?? "";
  return key.slice("oidc.".length);
}

beforeEach(() => {
  now = 1_700_000_000_000;
  vi.spyOn(console, "error").mockImplementation(() => undefined); // jsdom: navigation is not implemented
});
afterEach(() => vi.restoreAllMocks());

describe("signing in", () => {
  test("leads to where it began, and keeps the tokens out of every storage", async () => {
    const { session, path } = await signedIn(provider().get, { "cognito:groups": ["moderators"] });
    expect(path).toBe("/matches");
    expect(session.state()).toEqual({ status: "signed-in", userId: "ada", groups: ["moderators"] });
    expect(await session.token()).toBe(access({ "cognito:groups": ["moderators"] }));
    const stored = JSON.stringify([localStorage, sessionStorage]);
    expect(stored).not.toContain("refresh-1");
    expect(stored).not.toContain(access().split(".")[1]);
  });

  test("is refused when what came back was not begun here", async () => {
    const session = hostedSession({ signIn, origin, tab: sessionStorage });
    await begin(session, "/");
    await expect(session.finish(`${origin}/signed-in?code=c&state=forged`)).rejects.toThrow();
    expect(session.state().status).toBe("signed-out");
  });

  test.each(["https://evil.test/", "//evil.test", "/\\evil.test", "javascript:alert(1)", undefined, 7])(
    "never leads elsewhere: %s",
    (path) => expect(safePath(path)).toBe("/"),
  );

  test("leads to paths of ours", () => expect(safePath("/matches/1?x=2")).toBe("/matches/1?x=2"));
});

describe("renewing", () => {
  test("happens before the end, once for all who ask, and keeps the refresh token", async () => {
    const second = () => token({ sub: "ada", exp: now / 1000 + 1800 });
    const { asked, get } = provider(Response.json({ access_token: second() }));
    const { session } = await signedIn(get);
    now += 880_000;
    const tokens = await Promise.all([session.token(), session.token()]);
    expect(new Set(tokens).size).toBe(1);
    expect(tokens[0]).not.toBe(access());
    expect(asked).toHaveLength(1);
    expect(Object.fromEntries(asked[0] ?? [])).toEqual({
      grant_type: "refresh_token",
      client_id: "page",
      refresh_token: "refresh-1",
    });
  });

  test("takes a new refresh token where there is one", async () => {
    const { asked, get } = provider(
      Response.json({ access_token: access(), refresh_token: "refresh-2" }),
      Response.json({ access_token: access() }),
    );
    const { session } = await signedIn(get);
    expect(await session.renew()).toBe(true);
    expect(await session.renew()).toBe(true);
    expect(asked.map((form) => form.get("refresh_token"))).toEqual(["refresh-1", "refresh-2"]);
  });

  test("that is refused ends the session", async () => {
    const { get } = provider(Response.json({ error: "invalid_grant" }, { status: 400 }));
    const { session } = await signedIn(get);
    expect(await session.renew()).toBe(false);
    expect(session.state()).toEqual({ status: "signed-out", ended: true });
    expect(await session.token()).toBeUndefined();
  });

  test.each([new TypeError("net"), new Response("", { status: 503 })])(
    "that cannot be done now ends nothing",
    async (answer) => {
      const { session } = await signedIn(provider(answer).get);
      expect(await session.renew()).toBe(false);
      expect(session.state().status).toBe("signed-in");
    },
  );

  test("never makes another person of somebody", async () => {
    const { get } = provider(Response.json({ access_token: access({ sub: "eve" }) }));
    const { session } = await signedIn(get);
    expect(await session.renew()).toBe(false);
    expect(session.state().status).toBe("signed-out");
  });
});

describe("after the page was loaded again", () => {
  test("the tab may ask the hosted pages once", async () => {
    await signedIn(provider().get);
    const reloaded = hostedSession({ signIn, origin, tab: sessionStorage });
    expect(reloaded.state().status).toBe("signed-out");
    expect(reloaded.canResume()).toBe(true);
    void reloaded.signIn({ returnTo: "/" }).catch(() => undefined);
    expect(reloaded.canResume()).toBe(false);
  });

  test("not when it was signed out", async () => {
    const { session, leaveTo } = await signedIn(provider().get);
    session.leave();
    expect(leaveTo).toHaveBeenCalledWith(
      `https://pages.test/logout?client_id=page&logout_uri=${encodeURIComponent(`${origin}/`)}`,
    );
    expect(session.state()).toEqual({ status: "signed-out", ended: false });
    expect(hostedSession({ signIn, origin, tab: sessionStorage }).canResume()).toBe(false);
  });
});
