import { biggestBytes, contentTypeOf, longestMs, shortestMs } from "./limits";
import { newTake, type Take } from "./take";
import type { TakeStore } from "./take-store";

export type FileProblem = "kind" | "empty" | "big" | "long" | "short";

/** A file that would be refused. */
export class UnusableFile extends Error {
  override readonly name = "UnusableFile";
  readonly problem: FileProblem;

  constructor(problem: FileProblem) {
    super(problem);
    this.problem = problem;
  }
}

interface Options {
  takes: TakeStore;
  owner: string | undefined;
  prompt: string;
  /** How long the browser says it is; it cannot tell of every file. */
  durationOf: (file: File) => Promise<number | undefined>;
  now?: number;
}

const step = 1_000_000;

/** Keep a file as a take. Throws `UnusableFile`, and `StoreFull`. */
export async function takeOfFile(file: File, options: Options): Promise<Take> {
  const { takes, owner, prompt } = options;
  const contentType = contentTypeOf(file.type, file.name);
  if (contentType === undefined) throw new UnusableFile("kind");
  if (file.size === 0) throw new UnusableFile("empty");
  if (file.size > biggestBytes) throw new UnusableFile("big");
  const durationMs = await options.durationOf(file);
  if (durationMs !== undefined && durationMs > longestMs) throw new UnusableFile("long");
  if (durationMs !== undefined && durationMs < shortestMs) throw new UnusableFile("short");

  const take = newTake({ owner, source: "file", prompt, contentType }, options.now ?? Date.now());
  await takes.add(take);
  try {
    for (let start = 0; start < file.size; start += step) {
      await takes.append(take.id, await file.slice(start, start + step).arrayBuffer(), durationMs);
    }
  } catch (error) {
    await takes.remove(take.id);
    throw error;
  }
  return (await takes.change(take.id, { state: "kept" })) ?? take;
}
