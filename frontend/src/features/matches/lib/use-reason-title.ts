import type { Schemas } from "@/api/types";
import { useT } from "@/i18n/i18n";

/** Returns what a reason says, in a line: “Elena offers what you seek”. */
export function useReasonTitle() {
  const t = useT("matches");
  return ({ direction, theirs }: Schemas["Reason"], name: string): string => {
    if (direction === "DIRECTION_THEY_ANSWER") return t("why.theyAnswer", { name });
    if (direction === "DIRECTION_I_ANSWER") return t("why.iAnswer", { name });
    const key = `why.shared.${theirs?.facet ?? ""}`;
    return t(t.has(key) ? key : "why.shared", { name });
  };
}
