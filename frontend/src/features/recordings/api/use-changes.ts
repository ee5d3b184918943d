import { useQuery } from "@tanstack/react-query";
import { useApi } from "@/api/api-context";
import { answer } from "@/api/client";
import type { Schemas } from "@/api/types";
import { factsOf } from "./use-facts-of";

export type Changes = Schemas["DiffVersionsResponse"];
type Fact = Schemas["Fact"];

const none: Changes = { added: [], removed: [], changed: [], fields: [] };

/** What a correction changed: the profile `from` a version to now, as far as this recording is the reason. */
export function useChanges(recording: string, from: string | undefined, ready: boolean) {
  const api = useApi();
  return useQuery({
    queryKey: ["profile", "changes", recording, from],
    queryFn: async ({ signal }): Promise<Changes> => {
      const name = `recordings/${recording}`;
      const { version } = await answer(api.GET("/v1/profile", { signal }));
      if (version === from || from === undefined) return none;
      // There is no version 0 to compare with: nothing was known.
      if (from === "0") return { ...none, added: await factsOf(api, name, signal) };
      const query = { fromVersion: from, toVersion: version };
      const diff = await answer(api.GET("/v1/profile/versions:diff", { params: { query }, signal }));
      const ours = (fact: Fact | undefined) => fact?.evidence?.recording === name;
      return {
        added: diff.added.filter(ours),
        removed: diff.removed.filter(ours),
        changed: diff.changed.filter(
          ({ before, after }) => (ours(before) || ours(after)) && reads(before) !== reads(after),
        ),
        fields: diff.fields.filter(({ field }) => field === "headline"),
      };
    },
    enabled: ready && from !== undefined,
    staleTime: Infinity,
  });
}

/** What people see of a fact: that its quote has moved in the text is no change to them. */
function reads(fact: Fact | undefined): string {
  return JSON.stringify([fact?.facet, fact?.text, fact?.evidence?.quote]);
}
