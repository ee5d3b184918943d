import { useEffect, useRef } from "react";
import type { Schemas } from "@/api/types";
import { useAnnounce } from "@/components/announcer";
import { useT } from "@/i18n/i18n";
import { useReasonText } from "@/lib/use-error-text";
import { isMoving, stepAtWork } from "./progress";

/** Read out each step of a recording as it begins, and the end; not how things were when one came. */
export function useSaid(recording: Schemas["Recording"] | undefined): void {
  const t = useT("recordings");
  const because = useReasonText();
  const announce = useAnnounce();
  const before = useRef<string>(undefined);
  const text = recording && textOf(recording, t, because);
  useEffect(() => {
    if (text === undefined) return;
    if (before.current !== undefined && before.current !== text) announce(text);
    before.current = text;
  }, [text, announce]);
}

function textOf(
  recording: Schemas["Recording"],
  t: ReturnType<typeof useT<"recordings">>,
  because: ReturnType<typeof useReasonText>,
): string {
  if (recording.state === "STATE_READY") return t("said.ready");
  if (recording.state === "STATE_FAILED" && recording.failure)
    return t("said.failed", { reason: because(recording.failure.reason) });
  if (!isMoving(recording)) return t("uploading.text");
  return t("said.step", { step: t(`step.${stepAtWork(recording)}`) });
}
