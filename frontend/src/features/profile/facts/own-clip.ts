import { idOf } from "@/api/client";
import type { Schemas } from "@/api/types";

/** The name of the clip in which I can hear a fact of my own; empty when it was not spoken. */
export function ownClip({ name, evidence }: Schemas["Fact"]): string {
  return evidence && !evidence.typed ? `matches/me/facts/${idOf(name)}/clip` : "";
}
