import { useEffect, useRef, useState } from "react";
import type { TakeStore } from "./takes/take-store";

export interface Playback {
  state: "idle" | "loading" | "playing" | "failed";
  atMs: number;
  toggle: () => void;
}

/** Plays a take from the store. Its audio is read when somebody wants to hear it, and let go afterwards. */
export function usePlayback(takes: TakeStore, take: string): Playback {
  const [state, setState] = useState<Playback["state"]>("idle");
  const [atMs, setAtMs] = useState(0);
  const audio = useRef<HTMLAudioElement | undefined>(undefined);

  useEffect(
    () => () => {
      const element = audio.current;
      audio.current = undefined;
      element?.pause();
      if (element) URL.revokeObjectURL(element.src);
    },
    [take],
  );

  async function open(): Promise<HTMLAudioElement> {
    const element = new Audio(URL.createObjectURL(await takes.audio(take)));
    element.addEventListener("timeupdate", () => setAtMs(element.currentTime * 1000));
    element.addEventListener("playing", () => setState("playing"));
    element.addEventListener("pause", () => setState("idle"));
    element.addEventListener("ended", () => setAtMs(0));
    return element;
  }

  async function play() {
    setState("loading");
    try {
      audio.current ??= await open();
      await audio.current.play();
    } catch {
      setState("failed");
    }
  }

  return { state, atMs, toggle: () => (state === "playing" ? audio.current?.pause() : void play()) };
}
