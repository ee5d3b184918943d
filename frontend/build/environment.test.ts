import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { deployment, namedPolicy, variables } from "./environment";

const good = {
  VERCEL: "1",
  TIMBRE_API: "https://api.timbre.example",
  TIMBRE_ISSUER: "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Abc",
  TIMBRE_CLIENT_ID: "page",
  TIMBRE_SIGN_IN: "https://timbre.auth.eu-west-1.amazoncognito.com",
  TIMBRE_AUDIO: "https://audio.s3.eu-west-1.amazonaws.com, https://exports.s3.eu-west-1.amazonaws.com",
};

test("without any variable there is nothing to deploy", () => {
  expect(deployment({ PATH: "/bin", TIMBRE_GATEWAY: "http://127.0.0.1:8080" })).toBeUndefined();
});

test("the variables become the configuration and the hosts", () => {
  const key = "-----BEGIN PUBLIC KEY-----\\nabc\\n-----END PUBLIC KEY-----";
  const deployed = deployment({
    ...good,
    TIMBRE_PROVIDERS: "Google, SignInWithApple",
    TIMBRE_ANALYTICS: "yes",
    TIMBRE_RECEIPT_KEY: key,
  });
  expect(deployed?.config).toEqual({
    api: good.TIMBRE_API,
    signIn: {
      issuer: good.TIMBRE_ISSUER,
      clientId: "page",
      domain: good.TIMBRE_SIGN_IN,
      providers: ["Google", "SignInWithApple"],
    },
    analytics: { vercel: true, speedInsights: false },
    receiptKeys: [key.replaceAll("\\n", "\n")],
  });
  expect(deployed?.hosts).toEqual([
    good.TIMBRE_API,
    good.TIMBRE_SIGN_IN,
    "https://audio.s3.eu-west-1.amazonaws.com",
    "https://exports.s3.eu-west-1.amazonaws.com",
  ]);
});

describe("what is wrong", () => {
  test("is listed all at once", () => {
    const build = () =>
      deployment({ VERCEL: "1", TIMBRE_API: "http://x", TIMBRE_APY: "y", TIMBRE_ANALYTICS: "maybe" });
    for (const name of ["TIMBRE_ISSUER", "TIMBRE_CLIENT_ID", "TIMBRE_SIGN_IN", "TIMBRE_AUDIO"]) {
      expect(build).toThrow(`${name} is missing`);
    }
    expect(build).toThrow("TIMBRE_API: http://x does not start with https://");
    expect(build).toThrow("TIMBRE_APY: there is no such variable");
    expect(build).toThrow("TIMBRE_ANALYTICS: yes or no is needed");
  });

  test("stops a build elsewhere too, once anything is set", () => {
    expect(() => deployment({ TIMBRE_API: good.TIMBRE_API })).toThrow("TIMBRE_ISSUER is missing");
  });
});

test("every variable is in .env.example, and no other", () => {
  const example = readFileSync(".env.example", "utf8");
  const named = [...example.matchAll(/^#? ?(TIMBRE_[A-Z_]+)=/gm)].map(([, name]) => name);
  expect(named.sort()).toEqual(variables.map(({ name }) => name).sort());
});

test("the policy names hosts instead of letting the page talk to anybody", () => {
  const policy =
    "default-src 'none'; connect-src 'self' https:; media-src 'self' blob: https:; frame-ancestors 'none'";
  expect(namedPolicy(policy, ["https://a.example", "https://b.example"])).toBe(
    "default-src 'none'; connect-src 'self' https://a.example https://b.example; " +
      "media-src 'self' blob: https://a.example https://b.example",
  );
});
