import type { Sound } from "./clip-player";

/** The browser's own player, made when it is first needed. */
export function browserSound(): Sound {
  let audio: HTMLAudioElement | undefined;
  let leave: (() => void) | undefined;
  return {
    play: (url, onStart) =>
      new Promise((resolve, reject) => {
        audio ??= new Audio();
        const player = audio;
        const end = new AbortController();
        const on = { signal: end.signal };
        leave = () => {
          end.abort();
          resolve();
        };
        const fail = () => {
          end.abort();
          reject(new Error("This clip cannot be played."));
        };
        player.addEventListener("playing", onStart, on);
        player.addEventListener("ended", leave, on);
        player.addEventListener("error", fail, on);
        player.src = url;
        player.play().catch(() => !end.signal.aborted && fail());
      }),
    stop: () => {
      leave?.();
      leave = undefined;
      audio?.pause();
    },
  };
}
