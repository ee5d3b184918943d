import type { Schemas } from "@/api/types";

/** What people say about themselves directly. */
export type Own = Pick<Schemas["Profile"], "displayName" | "headline" | "languages" | "visibility">;

const fields = ["displayName", "headline", "languages", "visibility"] as const;

/** The fields in which `own`, as far as it is given, differs from the profile. */
export function changedFields(profile: Own, own: Partial<Own>): (keyof Own)[] {
  return fields.filter((field) => own[field] !== undefined && String(own[field]) !== String(profile[field]));
}
