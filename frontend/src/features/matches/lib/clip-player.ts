/** What makes sounds: an audio element, or what a test puts in its place. */
export interface Sound {
  /** Play to the end. Resolves at the end or when it is stopped; rejects when it cannot be played. */
  play: (url: string, onStart: () => void) => Promise<void>;
  stop: () => void;
}

/** Where the audio of a clip can be had; `again` when the link that was given did not work. */
export type FindClip = (clip: string, again: boolean) => Promise<string>;

export interface Playing {
  /** The clip that is heard or fetched now, out of those that were asked for together. */
  clip: string;
  together: string;
  state: "loading" | "playing";
}

interface State {
  now: Playing | undefined;
  failed: { together: string; error: unknown } | undefined;
}

const silence: State = { now: undefined, failed: undefined };

/** Names clips that are played one after the other. */
export const together = (clips: readonly string[]) => clips.join(" ");

/** Plays clips, one at a time for the whole screen: whoever starts another ends the one before. */
export class ClipPlayer {
  #state = silence;
  #turn = 0;
  readonly #listeners = new Set<() => void>();
  readonly #sound: Sound;
  readonly #find: FindClip;

  constructor(sound: Sound, find: FindClip) {
    this.#sound = sound;
    this.#find = find;
  }

  readonly subscribe = (listener: () => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly state = () => this.#state;

  /** Play these in turn; the same again while they play stops them. */
  toggle(clips: readonly string[]): void {
    const wanted = this.#state.now?.together !== together(clips);
    this.stop();
    if (wanted) void this.#playAll(clips, this.#turn);
  }

  stop(): void {
    this.#turn++;
    this.#sound.stop();
    this.#set(silence);
  }

  async #playAll(clips: readonly string[], turn: number): Promise<void> {
    try {
      for (const clip of clips) {
        if (turn === this.#turn) await this.#play(clip, together(clips), turn);
      }
      if (turn === this.#turn) this.#set(silence);
    } catch (error) {
      if (turn === this.#turn) this.#set({ now: undefined, failed: { together: together(clips), error } });
    }
  }

  async #play(clip: string, asked: string, turn: number, again = false): Promise<void> {
    this.#set({ now: { clip, together: asked, state: "loading" }, failed: undefined });
    const url = await this.#find(clip, again);
    if (turn !== this.#turn) return;
    try {
      await this.#sound.play(url, () => {
        if (turn === this.#turn) {
          this.#set({ now: { clip, together: asked, state: "playing" }, failed: undefined });
        }
      });
    } catch (error) {
      // Links are good for minutes only: the second one is fresh.
      if (again || turn !== this.#turn) throw error;
      await this.#play(clip, asked, turn, true);
    }
  }

  #set(state: State): void {
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}
