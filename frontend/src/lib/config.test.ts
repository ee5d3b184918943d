import { describe, expect, test } from "vitest";
import { loadConfig, parseConfig } from "./config";

const good = {
  api: "https://api.example/",
  signIn: { issuer: "https://issuer.example", clientId: "page", domain: "https://sign-in.example" },
};

test("a configuration is read, and what may be left out is filled in", () => {
  expect(parseConfig(good)).toEqual({
    api: "https://api.example",
    signIn: { ...good.signIn, providers: [] },
    analytics: { vercel: false, speedInsights: false },
    receiptKeys: [],
  });
});

test("everything that is wrong is said at once", () => {
  const bad = { api: "ftp://x", signIn: { clientId: 7, domain: "x" }, analytics: { vercel: "yes" } };
  const names = ["api", "signIn.issuer", "signIn.clientId", "signIn.domain", "analytics.vercel"];
  for (const name of names) expect(() => parseConfig(bad)).toThrow(`${name}:`);
});

describe("loading it", () => {
  test.each([
    ["is missing", () => Promise.resolve(new Response("", { status: 404 }))],
    ["is no JSON", () => Promise.resolve(new Response("<html>"))],
    ["does not come", () => Promise.reject(new TypeError("net"))],
  ])("says so when it %s", async (_, get) => {
    await expect(loadConfig(get)).rejects.toThrow("/config.json cannot be read");
  });

  test("gives it", async () => {
    const config = await loadConfig(() => Promise.resolve(Response.json(good)));
    expect(config.signIn.clientId).toBe("page");
  });
});
