/** A part of a take that can be heard, by its place in the take. */
export interface Piece {
  readonly startMs: number;
  readonly endMs: number;
  /** Where in the take its sound begins: a little earlier. */
  readonly soundMs: number;
  /** Gives an address that the browser can play. */
  readonly open: () => Promise<string>;
}

export interface Playing {
  readonly state: "idle" | "loading" | "playing";
  readonly positionMs: number;
  /** Where this stops by itself; the end when left out. */
  readonly untilMs?: number | undefined;
  /** Why nothing is heard. */
  readonly problem?: unknown;
}

/** Plays a take from any place that can be heard: the whole of it where it is there, otherwise the piece around it. */
export class TakePlayer {
  readonly #audio = new Audio();
  readonly #listeners = new Set<() => void>();
  #whole: Piece | undefined;
  #pieces: readonly Piece[] = [];
  #open: Piece | undefined;
  #now: Playing = { state: "idle", positionMs: 0 };
  /** Counts what was asked for: an answer to an older wish is not heard. */
  #wish = 0;
  #frame = 0;

  constructor() {
    this.#audio.preload = "auto";
    this.#audio.addEventListener("ended", () => this.#stop());
    // The headphones were pulled out, or another page wants to be heard.
    this.#audio.addEventListener("pause", () => this.#now.state === "playing" && this.#stop());
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly playing = (): Playing => this.#now;

  /** What there is to hear; `whole` is the take itself. */
  offer(whole: Piece | undefined, pieces: readonly Piece[]): void {
    this.#whole = whole;
    this.#pieces = pieces;
  }

  /** Play from a place in the take, up to another one. */
  readonly play = async (fromMs: number, untilMs?: number): Promise<void> => {
    const piece = pieceAt(fromMs, this.#whole, this.#pieces);
    if (!piece) return;
    const wish = ++this.#wish;
    this.#become({ state: "loading", positionMs: fromMs, untilMs });
    try {
      if (this.#open !== piece) {
        const address = await piece.open();
        if (wish !== this.#wish) return;
        this.#audio.src = address;
        this.#open = piece;
      }
      this.#audio.currentTime = (fromMs - piece.soundMs) / 1000;
      await this.#audio.play();
    } catch (problem) {
      this.#open = undefined; // its address may be over: the next time asks for another one
      if (wish === this.#wish) this.#become({ state: "idle", positionMs: fromMs, problem });
      return;
    }
    if (wish !== this.#wish) return;
    this.#become({ state: "playing", positionMs: fromMs, untilMs });
    this.#follow(piece);
  };

  readonly pause = (): void => {
    this.#wish += 1;
    this.#stop();
  };

  /** Go to another place, and go on from there if it plays. */
  readonly seek = (ms: number): void => {
    if (this.#now.state === "idle") this.#become({ state: "idle", positionMs: ms });
    else void this.play(ms);
  };

  /** Be silent, and let go of the sound. */
  close(): void {
    this.pause();
    this.#audio.removeAttribute("src");
    this.#open = undefined;
  }

  #follow(piece: Piece): void {
    cancelAnimationFrame(this.#frame);
    const look = () => {
      if (this.#now.state !== "playing") return;
      const positionMs = piece.soundMs + this.#audio.currentTime * 1000;
      if (positionMs >= (this.#now.untilMs ?? Infinity)) {
        this.#stop();
        return;
      }
      this.#become({ ...this.#now, positionMs });
      this.#frame = requestAnimationFrame(look);
    };
    this.#frame = requestAnimationFrame(look);
  }

  #stop(): void {
    cancelAnimationFrame(this.#frame);
    const ended = this.#audio.ended && this.#open === this.#whole;
    this.#become({ state: "idle", positionMs: ended ? 0 : this.#now.positionMs });
    this.#audio.pause();
  }

  #become(now: Playing): void {
    this.#now = now;
    this.#listeners.forEach((listener) => listener());
  }
}

/** The piece to play a place from; of several the one that goes on for longest. */
export function pieceAt(ms: number, whole: Piece | undefined, pieces: readonly Piece[]): Piece | undefined {
  if (whole) return whole;
  return pieces
    .filter(({ startMs, endMs }) => startMs <= ms && ms < endMs)
    .reduce<Piece | undefined>(
      (best, piece) => (best && best.endMs >= piece.endMs ? best : piece),
      undefined,
    );
}
