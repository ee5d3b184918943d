import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { Ajv } from "ajv";
import { describe, expect, test } from "vitest";
import vercel from "../vercel.json" with { type: "json" };

const rule = (item: object) => ({ type: "array", minItems: 1, items: item });
const exactly = (properties: Record<string, object>) => ({
  type: "object",
  additionalProperties: false,
  required: Object.keys(properties),
  properties,
});
const path = { type: "string", pattern: "^/" };

/** What we use of Vercel's configuration, and nothing else: a misspelt key is an error, not a setting that is ignored. */
const schema = exactly({
  $schema: { const: "https://openapi.vercel.sh/vercel.json" },
  framework: { const: "vite" },
  installCommand: { const: "npm ci" },
  buildCommand: { const: "npm run build" },
  outputDirectory: { const: "dist" },
  cleanUrls: { const: false },
  trailingSlash: { const: false },
  rewrites: { ...rule(exactly({ source: path, destination: { const: "/index.html" } })), maxItems: 1 },
  headers: rule(
    exactly({
      source: path,
      headers: rule(
        exactly({
          key: { type: "string", pattern: "^[A-Z][A-Za-z-]+$" },
          value: { type: "string", minLength: 1 },
        }),
      ),
    }),
  ),
});

const text = readFileSync("vercel.json", "utf8");
const validate = new Ajv({ allErrors: true, strict: true }).compile(schema);

function headersOf(address: string): Map<string, string> {
  const rules = vercel.headers.filter(({ source }) => new RegExp(`^${source}$`).test(address));
  return new Map(rules.flatMap(({ headers }) => headers.map(({ key, value }) => [key, value])));
}

describe("vercel.json", () => {
  test("has what we use and nothing else", () => {
    validate(JSON.parse(text));
    expect(validate.errors).toBeNull();
  });

  test.each([
    ["a misspelt key", { ...vercel, rewrite: [] }],
    ["a header without a value", { ...vercel, headers: [{ source: "/(.*)", headers: [{ key: "X-A" }] }] }],
    [
      "a way to another place",
      { ...vercel, rewrites: [{ source: "/a", destination: "https://evil.example" }] },
    ],
  ])("would not pass with %s", (_, broken) => {
    expect(validate(broken)).toBe(false);
  });

  test("gives the page every address that it routes, and leaves files alone", () => {
    const source = new RegExp(`^${vercel.rewrites[0]?.source ?? ""}$`);
    for (const address of ["/", "/matches", "/recordings/3f8a-1", "/signed-in"])
      expect(address).toMatch(source);
    for (const file of ["/assets/index-Ab1.js", "/config.json", "/mark.svg"])
      expect(file).not.toMatch(source);
  });

  test("keeps what has a hash for ever, and the configuration never", () => {
    expect(headersOf("/assets/index-Ab1.js").get("Cache-Control")).toContain("immutable");
    expect(headersOf("/config.json").get("Cache-Control")).toBe("no-cache");
    expect(headersOf("/matches").has("Cache-Control")).toBe(false);
  });

  test("lets the page run its own script and style, and be framed by nobody", () => {
    const policy = headersOf("/matches").get("Content-Security-Policy") ?? "";
    const directives = new Map(
      policy.split("; ").map((directive) => {
        const [name = "", ...sources] = directive.split(" ");
        return [name, sources.join(" ")];
      }),
    );
    expect(policy).not.toContain("unsafe");
    expect(directives.get("default-src")).toBe("'none'");
    expect(directives.get("script-src")).toBe("'self'");
    expect(directives.get("style-src")).toMatch(/^'self'( 'sha256-[A-Za-z0-9+/]+=*')*$/);
    expect(directives.get("frame-ancestors")).toBe("'none'");
    expect(directives.get("base-uri")).toBe("'none'");
  });

  test.each(["interactions/usePress", "overlays/usePreventScroll"])(
    "knows the style that the component library adds in %s, letter by letter",
    (file) => {
      const source = readFileSync(`node_modules/react-aria/dist/private/${file}.mjs`, "utf8");
      const attribute = /PRESSABLE_ATTRIBUTE = '([^']+)'/.exec(source)?.[1] ?? "";
      const style = /style\.textContent = `([^`]+)`\.trim\(\)/.exec(source)?.[1]?.trim() ?? "";
      const hash = createHash("sha256")
        .update(style.replace(/\$\{[^}]*\}/, attribute))
        .digest("base64");
      expect(style).not.toBe("");
      expect(headersOf("/").get("Content-Security-Policy")).toContain(`'sha256-${hash}'`);
    },
  );

  test("keeps connections safe and the microphone for the page alone", () => {
    const headers = headersOf("/");
    expect(headers.get("Strict-Transport-Security")).toMatch(/^max-age=[1-9]\d{7,}; includeSubDomains$/);
    expect(headers.get("Permissions-Policy")).toContain("microphone=(self)");
    expect(headers.get("Permissions-Policy")).toContain("camera=()");
    expect(headers.get("X-Content-Type-Options")).toBe("nosniff");
    expect(headers.get("Referrer-Policy")).toBe("no-referrer");
  });
});
