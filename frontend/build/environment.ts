/**
 * What a deployment is told by environment variables: read where Vercel builds the page, and written into it as
 * `/config.json` and as a content security policy that names the hosts. `make run` builds without any of them and
 * writes both itself.
 */
import { parseConfig, type Config } from "../src/lib/config.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

interface Variable {
  name: string;
  what: string;
  required: boolean;
}

export const variables: readonly Variable[] = [
  { name: "TIMBRE_API", what: "the gateway: https://api.timbre.example", required: true },
  { name: "TIMBRE_ISSUER", what: "the stack's output Issuer", required: true },
  { name: "TIMBRE_CLIENT_ID", what: "the stack's output ClientId", required: true },
  { name: "TIMBRE_SIGN_IN", what: "https:// and the stack's output SignInDomain", required: true },
  {
    name: "TIMBRE_AUDIO",
    what: "where S3 is reached: https://BUCKET.s3.REGION.amazonaws.com, …",
    required: true,
  },
  {
    name: "TIMBRE_PROVIDERS",
    what: "names of identity providers, with commas: Google, SignInWithApple",
    required: false,
  },
  { name: "TIMBRE_ANALYTICS", what: "yes: count visits of people who agree", required: false },
  { name: "TIMBRE_SPEED_INSIGHTS", what: "yes: measure speed for people who agree", required: false },
  { name: "TIMBRE_RECEIPT_KEY", what: "the public key of receipts of erasures, PEM", required: false },
];

/** The build cannot go on; the message lists everything that is wrong. */
export class EnvironmentProblem extends Error {
  constructor(problems: readonly string[]) {
    super(
      ["The page cannot be built for deployment:", ...problems.map((problem) => `  ${problem}`)].join("\n"),
    );
  }
}

export interface Deployment {
  config: Config;
  /** Origins that the page talks to besides its own. */
  hosts: readonly string[];
}

/** What the variables say; nothing where none is set and nothing is deployed. */
export function deployment(environment: Environment): Deployment | undefined {
  const given = Object.keys(environment).filter((name) => name.startsWith("TIMBRE_") && environment[name]);
  const ours = given.filter((name) => name !== "TIMBRE_GATEWAY"); // that one is the development server's
  if (!environment.VERCEL && ours.length === 0) return undefined;

  const value = (name: string) => environment[name]?.trim() ?? "";
  const list = (name: string) => value(name).split(",").map((part) => part.trim()).filter(Boolean); // prettier-ignore
  const problems = variables
    .filter(({ name, required }) => required && !value(name))
    .map(({ name, what }) => `${name} is missing: ${what}`);
  for (const name of ours) {
    if (!variables.some((known) => known.name === name)) problems.push(`${name}: there is no such variable`);
  }
  const addresses = ["TIMBRE_API", "TIMBRE_ISSUER", "TIMBRE_SIGN_IN"].map(
    (name) => [name, value(name)] as const,
  );
  const audio = list("TIMBRE_AUDIO").map((address) => ["TIMBRE_AUDIO", address] as const);
  for (const [name, address] of [...addresses, ...audio]) {
    if (address && !isSafe(address)) problems.push(`${name}: ${address} does not start with https://`);
  }
  for (const name of ["TIMBRE_ANALYTICS", "TIMBRE_SPEED_INSIGHTS"]) {
    if (!["", "yes", "no"].includes(value(name))) problems.push(`${name}: yes or no is needed`);
  }
  if (problems.length) throw new EnvironmentProblem(problems);

  const config = parseConfig({
    api: value("TIMBRE_API"),
    signIn: {
      issuer: value("TIMBRE_ISSUER"),
      clientId: value("TIMBRE_CLIENT_ID"),
      domain: value("TIMBRE_SIGN_IN"),
      providers: list("TIMBRE_PROVIDERS"),
    },
    analytics: {
      vercel: value("TIMBRE_ANALYTICS") === "yes",
      speedInsights: value("TIMBRE_SPEED_INSIGHTS") === "yes",
    },
    receiptKeys: value("TIMBRE_RECEIPT_KEY") ? [value("TIMBRE_RECEIPT_KEY").replaceAll("\\n", "\n")] : [],
  });
  const hosts = [config.api, config.signIn.domain, ...list("TIMBRE_AUDIO")].map(
    (host) => new URL(host).origin,
  );
  return { config, hosts: [...new Set(hosts)] };
}

function isSafe(address: string): boolean {
  return URL.canParse(address) && new URL(address).protocol === "https:";
}

/** The policy of `vercel.json` with the hosts in place of “any host”; the browser holds the page to both. */
export function namedPolicy(policy: string, hosts: readonly string[]): string {
  return policy
    .split(";")
    .map((directive) => directive.trim())
    .filter((directive) => !directive.startsWith("frame-ancestors")) // browsers want it in the header only
    .map((directive) => directive.replace(/ https:(?=$| )/, ` ${hosts.join(" ")}`))
    .join("; ");
}
