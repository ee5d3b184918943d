import type { Schemas } from "@/api/types";
import { useT } from "@/i18n/i18n";

/** Returns what to call somebody: by the name they chose, if they chose one. */
export function useName(): (card: Schemas["Card"] | undefined) => string {
  const t = useT("matches");
  return (card) => card?.displayName || t("nameless");
}
