import { describe, expect, test, vi } from "vitest";
import { ApiError, Unreachable } from "./api-error";
import { answer, createApi, idOf, type Credentials, type Transport } from "./client";
import type { Schemas } from "./types";

const session: Schemas["Session"] = { userId: "ada", groups: [], clientId: "page" };

function refusal(status: number, reason: Schemas["ErrorReason"], retryDelay?: string): Response {
  const details: Schemas["ErrorDetail"][] = [
    {
      "@type": "type.googleapis.com/google.rpc.ErrorInfo",
      reason,
      domain: "timbre.dev",
      metadata: { a: "b" },
    },
  ];
  if (retryDelay) details.push({ "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay });
  return Response.json({ code: 0, message: "for developers", details }, { status });
}

function signedIn(): Credentials & { given: string } {
  return {
    given: "first",
    token() {
      return Promise.resolve(this.given);
    },
    renew: vi.fn(() => Promise.resolve(false)),
    drop: vi.fn(),
  };
}

function api(credentials: Credentials, ...answers: (Response | Error)[]) {
  const requests: Request[] = [];
  const transport: Transport = (request) => {
    requests.push(request);
    const next = answers.shift();
    if (next === undefined) throw new Error("asked too often");
    return next instanceof Error ? Promise.reject(next) : Promise.resolve(next);
  };
  return { requests, api: createApi({ baseUrl: "http://t.test", credentials, transport, pauses: [0, 0] }) };
}

describe("a call", () => {
  test("carries the token, and gives what was answered", async () => {
    const it = api(signedIn(), Response.json(session));
    expect(await answer(it.api.GET("/v1/session"))).toEqual(session);
    expect(it.requests[0]?.headers.get("authorization")).toBe("Bearer first");
    expect(it.requests[0]?.headers.has("idempotency-key")).toBe(false);
  });

  test("that was refused throws the reason", async () => {
    const it = api(signedIn(), refusal(404, "MATCH_NOT_FOUND"));
    const error = await it.api.GET("/v1/session").catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ status: 404, reason: "MATCH_NOT_FOUND", metadata: { a: "b" } });
  });

  test("that a proxy refused in its own way throws too", async () => {
    const it = api(signedIn(), new Response("<html>", { status: 413 }));
    await expect(it.api.GET("/v1/session")).rejects.toMatchObject({ status: 413, reason: undefined });
  });
});

describe("asking again", () => {
  test("helps reads and writes through a broken network, with one key", async () => {
    const it = api(signedIn(), new TypeError("net"), refusal(503, "UNAVAILABLE"), Response.json({}));
    await it.api.POST("/v1/session:signOut", { body: {} });
    const keys = it.requests.map((request) => request.headers.get("idempotency-key"));
    expect(keys).toHaveLength(3);
    expect(new Set(keys).size).toBe(1);
    expect(keys[0]).toMatch(/^[0-9a-f-]{36}$/);
  });

  test("ends", async () => {
    const it = api(signedIn(), new TypeError("1"), new TypeError("2"), new TypeError("3"));
    await expect(it.api.GET("/v1/session")).rejects.toBeInstanceOf(Unreachable);
    expect(it.requests).toHaveLength(3);
  });

  test("is not done where a second time may do a second thing", async () => {
    const it = api(signedIn(), new TypeError("net"));
    const call = it.api.PATCH("/v1/profile", { params: { query: { updateMask: "headline" } }, body: {} });
    await expect(call).rejects.toBeInstanceOf(Unreachable);
  });

  test("is not done before the server wants it", async () => {
    const it = api(signedIn(), refusal(429, "RESOURCE_EXHAUSTED", "60s"));
    await expect(it.api.GET("/v1/session")).rejects.toMatchObject({ retryAfterMs: 60_000 });
  });
});

describe("a token that is no longer taken", () => {
  test("is renewed once, and the call made again with the new one", async () => {
    const credentials = signedIn();
    credentials.renew = vi.fn(() => {
      credentials.given = "second";
      return Promise.resolve(true);
    });
    const it = api(credentials, refusal(401, "TOKEN_EXPIRED"), Response.json(session));
    expect(await answer(it.api.GET("/v1/session"))).toEqual(session);
    expect(it.requests[1]?.headers.get("authorization")).toBe("Bearer second");
    expect(credentials.drop).not.toHaveBeenCalled();
  });

  test("ends the session when renewing did not help", async () => {
    const credentials = signedIn();
    credentials.renew = vi.fn(() => Promise.resolve(true));
    const it = api(credentials, refusal(401, "TOKEN_EXPIRED"), refusal(401, "TOKEN_EXPIRED"));
    await expect(it.api.GET("/v1/session")).rejects.toMatchObject({ status: 401 });
    expect(credentials.renew).toHaveBeenCalledOnce();
    expect(credentials.drop).toHaveBeenCalledOnce();
  });

  test("is not renewed against somebody's word", async () => {
    const credentials = signedIn();
    const it = api(credentials, refusal(401, "TOKEN_REVOKED"));
    await expect(it.api.GET("/v1/session")).rejects.toMatchObject({ reason: "TOKEN_REVOKED" });
    expect(credentials.renew).not.toHaveBeenCalled();
    expect(credentials.drop).toHaveBeenCalledOnce();
  });
});

test("paths take the last part of a name", () => {
  expect(idOf("matches/m1/facts/f2")).toBe("f2");
});
