import { useState } from "react";
import { useSessionState } from "@/lib/session/session-context";
import { storage } from "@/lib/storage";

/** The name of the export that this tab asked for; kept in the tab, so that it is found again after a detour. */
export function useOwnExport() {
  const state = useSessionState();
  const key = `timbre.export.${state.status === "signed-in" ? state.userId : ""}`;
  const [name, setName] = useState(() => storage("session").getItem(key) ?? undefined);
  return {
    name,
    keep: (started: string) => {
      storage("session").setItem(key, started);
      setName(started);
    },
  };
}
