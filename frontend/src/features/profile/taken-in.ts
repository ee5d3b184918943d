import type { Schemas } from "@/api/types";

/** Whether the matching knows the newest version of a profile. Versions are integers of 64 bits, sent as texts. */
export function isTakenIn({ version, indexedVersion }: Schemas["Profile"]): boolean {
  return BigInt(indexedVersion) >= BigInt(version);
}
