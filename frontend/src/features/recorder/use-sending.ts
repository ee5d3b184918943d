import { useEffect, useRef, useSyncExternalStore } from "react";
import { useQueryClient } from "@tanstack/react-query";
import { useLocation } from "wouter";
import { useApi } from "@/api/api-context";
import { idOf } from "@/api/client";
import { useAnnounce } from "@/components/announcer";
import { useT } from "@/i18n/i18n";
import type { Studio } from "./studio";
import { recordingsOf } from "./upload/recordings";

/** Sends the take on the table, and goes to its recording once it has arrived. */
export function useSending({ desk, recorder }: Studio, take: string | undefined, userId: string | undefined) {
  const t = useT("recorder");
  const announce = useAnnounce();
  const api = useApi();
  const queries = useQueryClient();
  const [, navigate] = useLocation();
  const outgoing = useSyncExternalStore(desk.subscribe, () =>
    take === undefined ? undefined : desk.outgoing(take),
  );
  /** Whoever was elsewhere when it arrived is told, and taken nowhere. */
  const watched = useRef<string>(undefined);
  useEffect(() => {
    if (outgoing && outgoing.step !== "done") watched.current = take;
  }, [outgoing, take]);
  const arrived = outgoing?.step === "done" ? outgoing.recording : undefined;

  useEffect(() => {
    if (arrived === undefined || take === undefined || watched.current !== take) return;
    announce(t("sent"));
    void queries.invalidateQueries({ queryKey: ["recordings"] });
    desk.clear(take);
    recorder.reset();
    navigate(`/recordings/${idOf(arrived)}`);
  }, [arrived, take, desk, recorder, queries, navigate, announce, t]);

  return {
    outgoing,
    send(id: string) {
      if (userId !== undefined) void desk.send(id, userId, recordingsOf(api));
    },
    cancel(id: string) {
      void desk.cancel(id, recordingsOf(api));
    },
  };
}
