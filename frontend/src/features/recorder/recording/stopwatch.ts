/** Counts the time that is recorded, without the pauses. */
export class Stopwatch {
  readonly #now: () => number;
  #before = 0;
  #since: number | undefined;

  constructor(now: () => number) {
    this.#now = now;
  }

  get elapsedMs(): number {
    return this.#before + (this.#since === undefined ? 0 : this.#now() - this.#since);
  }

  run(): void {
    this.#since ??= this.#now();
  }

  halt(): void {
    this.#before = this.elapsedMs;
    this.#since = undefined;
  }
}
