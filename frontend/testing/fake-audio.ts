import { vi } from "vitest";

/** Stands in for the audio that jsdom cannot play. `vi.restoreAllMocks()` takes it away. */
export function fakeAudio() {
  const broken = new Set<string>();
  const played: string[] = [];
  const elements: HTMLMediaElement[] = [];
  vi.spyOn(HTMLMediaElement.prototype, "play").mockImplementation(function (this: HTMLMediaElement) {
    elements.push(this);
    played.push(this.src);
    if (broken.has(this.src)) return Promise.reject(new Error("broken"));
    this.dispatchEvent(new Event("playing"));
    return Promise.resolve();
  });
  vi.spyOn(HTMLMediaElement.prototype, "pause").mockImplementation(() => undefined);
  return {
    /** Addresses in the order in which they were played. */
    played,
    /** Addresses that cannot be played. */
    broken,
    /** What plays has come to its end. */
    end: () => elements.at(-1)?.dispatchEvent(new Event("ended")),
  };
}
