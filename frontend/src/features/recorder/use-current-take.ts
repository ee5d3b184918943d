import { useState, useSyncExternalStore } from "react";
import type { Studio } from "./studio";
import { isOpenTo, type Take } from "./takes/take";
import { useTakes } from "./use-takes";

/** Which take is on the table: the one just made, the one that was chosen, or the newest that was found here. */
export function useCurrentTake(studio: Studio, userId: string | undefined) {
  const { recorder, desk } = studio;
  const offered = useTakes(studio, userId);
  const state = useSyncExternalStore(recorder.subscribe, recorder.state);
  /** Undefined until something was chosen; null for none. */
  const [chosen, setChosen] = useState<string | null>();

  const open = offered?.filter((take) => isOpenTo(take, userId)) ?? [];
  // What is on its way stays on the table, also when it was found here, or the person was signed out meanwhile.
  const sent = useSyncExternalStore(desk.subscribe, desk.first);
  const made = state.step === "done" ? state : undefined;
  const runs = !made && state.step !== "ready";
  const id = runs
    ? undefined
    : (made?.take ?? (chosen === undefined ? (sent ?? open[0]?.id) : (chosen ?? undefined)));
  return {
    isLoading: offered === undefined,
    isRecording: runs,
    id,
    take: open.find((take) => take.id === id),
    ending: made?.ending,
    others: offered?.filter((take) => take.id !== id) ?? [],
    choose(take: Take | undefined) {
      recorder.reset();
      setChosen(take?.id ?? null);
    },
  };
}
