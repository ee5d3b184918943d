import { useEffect, useMemo, useState, useSyncExternalStore } from "react";
import { idOf } from "@/api/client";
import type { Schemas } from "@/api/types";
import { useKeptAudio } from "../api/use-kept-audio";
import { useMyClips } from "../api/use-my-clips";
import { pieceAt, TakePlayer, type Piece } from "./take-player";

/** A clip begins and ends so much outside its quote, and is no longer than the second number; so says the contract. */
const marginMs = 250;
const longestMs = 20_000;

export interface Hearing {
  player: TakePlayer;
  /** The whole take is there, not only the seconds behind statements. */
  whole: boolean;
  /** Whether a place in the take can be heard. */
  canHear: (ms: number) => boolean;
}

/** What can be heard of a recording: all of it where this browser kept the take, else the clips of its statements. */
export function useTakePlayer(
  recording: string,
  spoken: boolean,
  facts: readonly Schemas["Fact"][],
): Hearing {
  const [player] = useState(() => new TakePlayer());
  const kept = useKeptAudio(recording, spoken).data ?? undefined;
  const clip = useMyClips();
  const pieces = useMemo(() => (spoken ? piecesOf(facts, clip) : []), [spoken, facts, clip]);
  const whole = useMemo(() => kept && wholeOf(kept), [kept]);

  useEffect(() => player.offer(whole?.piece, pieces), [player, whole, pieces]);
  useEffect(() => () => whole?.forget(), [whole]);
  useEffect(() => () => player.close(), [player]);

  return useMemo(
    () => ({
      player,
      whole: Boolean(whole),
      canHear: (ms) => pieceAt(ms, whole?.piece, pieces) !== undefined,
    }),
    [player, whole, pieces],
  );
}

/** Something of what plays now; renders again only when that changes. */
export function usePlaying<T>(
  player: TakePlayer,
  select: (playing: ReturnType<TakePlayer["playing"]>) => T,
): T {
  return useSyncExternalStore(player.subscribe, () => select(player.playing()));
}

function wholeOf(audio: Blob) {
  let address: string | undefined;
  const piece: Piece = {
    startMs: 0,
    endMs: Infinity,
    soundMs: 0,
    open: () => Promise.resolve((address ??= URL.createObjectURL(audio))),
  };
  const forget = () => {
    if (address !== undefined) URL.revokeObjectURL(address);
    address = undefined;
  };
  return { piece, forget };
}

function piecesOf(facts: readonly Schemas["Fact"][], clip: (fact: string) => Promise<string>): Piece[] {
  return facts.flatMap(({ name, evidence }) => {
    if (!evidence || evidence.typed || evidence.endMs <= evidence.startMs) return [];
    const { startMs } = evidence;
    const soundMs = Math.max(0, startMs - marginMs);
    const endMs = Math.min(evidence.endMs, soundMs + longestMs);
    return [{ startMs, endMs, soundMs, open: () => clip(idOf(name)) }];
  });
}
