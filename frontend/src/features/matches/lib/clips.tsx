import { createContext, use, useEffect, useMemo, useSyncExternalStore, type ReactNode } from "react";
import type { Player } from "@/components/quote";
import { useFindClip } from "../api/use-find-clip";
import { browserSound } from "./browser-sound";
import { ClipPlayer, together } from "./clip-player";

const Context = createContext<ClipPlayer | undefined>(undefined);

/** Around a screen on which people can be heard. It falls silent when the screen is left. */
export function Clips({ children }: { children: ReactNode }) {
  const find = useFindClip();
  const player = useMemo(() => new ClipPlayer(browserSound(), find), [find]);
  useEffect(() => () => player.stop(), [player]);
  return <Context value={player}>{children}</Context>;
}

function useClips(): ClipPlayer {
  const player = use(Context);
  if (!player) throw new Error("There is no <Clips> around this.");
  return player;
}

/** Plays one clip, for its quote; nothing where there is none. */
export function useClip(clip: string): Player | undefined {
  const player = useClips();
  const state = useSyncExternalStore(player.subscribe, () => {
    const { now } = player.state();
    return now?.clip === clip ? now.state : "idle";
  });
  if (clip === "") return undefined;
  return { state, onPress: () => player.toggle(state === "idle" ? [clip] : heard(player)) };
}

/** Plays several clips one after the other. */
export function useClipsTogether(clips: readonly string[]) {
  const player = useClips();
  const playing = useSyncExternalStore(
    player.subscribe,
    () => player.state().now?.together === together(clips),
  );
  return { playing, toggle: () => player.toggle(clips) };
}

/** Why none of these clips could be heard when they were last asked for. */
export function useClipError(clips: readonly string[]): unknown {
  const player = useClips();
  return useSyncExternalStore(player.subscribe, () => {
    const { failed } = player.state();
    return failed?.together.split(" ").some((clip) => clips.includes(clip)) ? failed.error : undefined;
  });
}

/** What is heard now: the same again stops it. */
function heard(player: ClipPlayer): string[] {
  return player.state().now?.together.split(" ") ?? [];
}
