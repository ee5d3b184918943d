import { useRef } from "react";
import { useMutation } from "@tanstack/react-query";
import { useApi } from "@/api/api-context";
import { answer } from "@/api/client";
import type { Schemas } from "@/api/types";
import { useRefreshProfile } from "./use-refresh-profile";

type Words = Pick<Schemas["FactInput"], "facet" | "text">;

/** Add a fact in my own words. The same words again, after a failure, are the same fact. */
export function useCreateFact() {
  const api = useApi();
  const refresh = useRefreshProfile();
  const intent = useRef<Words & { key: string }>(undefined);
  return useMutation({
    mutationFn: (fact: Words) => {
      const { current } = intent;
      const same = current?.facet === fact.facet && current.text === fact.text;
      const { key } = (intent.current = same ? current : { ...fact, key: crypto.randomUUID() });
      return answer(api.POST("/v1/facts", { body: { fact }, headers: { "Idempotency-Key": key } }));
    },
    onSuccess: refresh,
  });
}
