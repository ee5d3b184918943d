import { useEffect, useState } from "react";
import { useQueryClient } from "@tanstack/react-query";
import { useApi } from "@/api/api-context";
import { watch, type Connection, type News } from "./watch";

interface Live {
  connection: Connection;
  partial: string;
  deleted: boolean;
}

const quiet: Live = { connection: "open", partial: "", deleted: false };

/** Follow a recording while it is on its way: each change is put where `useRecording` reads it. */
export function useWatch(recording: string, underWay: boolean): Live {
  const api = useApi();
  const queries = useQueryClient();
  const [live, setLive] = useState(quiet);
  useEffect(() => {
    if (!underWay) return;
    const controller = new AbortController();
    const { signal } = controller;
    const tell = ({ recording: now, partial, connection, deleted }: News) => {
      if (signal.aborted) return;
      if (now) queries.setQueryData(["recordings", recording], now);
      setLive((before) => ({
        connection: connection ?? before.connection,
        partial: partial ?? before.partial,
        deleted: deleted ?? before.deleted,
      }));
    };
    const run = async () => {
      try {
        await watch(api, recording, tell, signal);
      } catch {
        if (signal.aborted) return;
        // Refused for good: asking for the recording says why in the right place.
        await queries.invalidateQueries({ queryKey: ["recordings", recording], exact: true });
        return;
      }
      // It has come to an end, and with it what was understood has changed.
      for (const key of ["facts", "profile", "matches"]) void queries.invalidateQueries({ queryKey: [key] });
      void queries.invalidateQueries({ queryKey: ["recordings", recording, "transcript"] });
      void queries.invalidateQueries({ queryKey: ["recordings"], exact: true });
    };
    void run();
    return () => {
      controller.abort();
      setLive(quiet);
    };
  }, [api, queries, recording, underWay]);
  return live;
}
