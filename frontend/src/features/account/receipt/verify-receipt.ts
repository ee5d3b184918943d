import type { Schemas } from "@/api/types";

/** What a receipt says; it is what was signed, and no message of the API. */
export interface Said {
  erasure: string;
  user_sha256: string;
  create_time: string;
  complete_time: string;
  /** Per service, per kind: how many things were removed. */
  counts: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/**
 * Whether a receipt holds. `published`: signed by a key that the operator publishes. `own`: it fits the key that it
 * brought along, and no published key is known here. `foreign`: it fits its own key, which is none of the published ones.
 * `invalid`: it does not fit. `unable`: this browser cannot check it.
 */
export type Verdict =
  { kind: "published" | "own" | "foreign"; said: Said } | { kind: "invalid" } | { kind: "unable" };

const fields = ["complete_time", "counts", "create_time", "erasure", "user_sha256"];

/** Check the receipt of an erasure: Ed25519 over the bytes of its payload, and that it is about this erasure. */
export async function verifyReceipt(
  { name, receipt }: Schemas["Erasure"],
  published: readonly string[],
  // Absent where the page does not come over https.
  subtle: SubtleCrypto | undefined = "subtle" in crypto ? crypto.subtle : undefined,
): Promise<Verdict> {
  if (!receipt) return { kind: "invalid" };
  if (!subtle) return { kind: "unable" };
  try {
    const key = await subtle.importKey("spki", keyBytes(receipt.publicKey), { name: "Ed25519" }, false, [
      "verify",
    ]);
    const payload = new TextEncoder().encode(receipt.payload);
    const fits = await subtle.verify({ name: "Ed25519" }, key, bytes(receipt.signature), payload);
    const said = fits ? read(receipt.payload) : undefined;
    if (said?.erasure !== name) return { kind: "invalid" };
    if (published.length === 0) return { kind: "own", said };
    return {
      kind: published.some((pem) => body(pem) === body(receipt.publicKey)) ? "published" : "foreign",
      said,
    };
  } catch (error) {
    const cannot = error instanceof DOMException && error.name === "NotSupportedError";
    return { kind: cannot ? "unable" : "invalid" };
  }
}

/** How many things were removed, per service. */
export function totals(said: Said): [service: string, removed: number][] {
  return Object.entries(said.counts).map(([service, kinds]) => [
    service,
    Object.values(kinds).reduce((sum, count) => sum + count, 0),
  ]);
}

function bytes(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

function keyBytes(pem: string): Uint8Array<ArrayBuffer> {
  if (!pem.startsWith("-----BEGIN PUBLIC KEY-----")) throw new Error("This is no public key in PEM.");
  return bytes(body(pem));
}

/** A key in PEM without what may differ between two copies of it. */
function body(pem: string): string {
  return pem.replace(/-----[^-]+-----/g, "").replace(/\s/g, "");
}

/** Whoever brings a key of their own can sign anything: only what looks like a receipt is one. */
function read(payload: string): Said | undefined {
  const said = JSON.parse(payload) as unknown;
  return isSaid(said) ? said : undefined;
}

function isSaid(said: unknown): said is Said {
  if (!isObject(said) || Object.keys(said).sort().join() !== fields.join()) return false;
  const { counts, ...texts } = said;
  return (
    Object.values(texts).every((text) => typeof text === "string") &&
    isObject(counts) &&
    Object.values(counts).every((kinds) => isObject(kinds) && Object.values(kinds).every(Number.isInteger))
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
