import type { Draft, Take } from "./take";

/** Where takes wait. Every change is whole or not at all. */
export interface TakeStore {
  /** Whether what is in it outlives this page. */
  readonly lasts: boolean;
  list: () => Promise<readonly Take[]>;
  get: (id: string) => Promise<Take | undefined>;
  add: (take: Take) => Promise<void>;
  /** Change a take; gives it as it is now, or nothing when it is gone. */
  change: (id: string, own: Partial<Take>) => Promise<Take | undefined>;
  /** Add a slice of audio to its end. Throws `StoreFull`. */
  append: (id: string, slice: ArrayBuffer, durationMs?: number) => Promise<void>;
  /** All slices in their order. */
  audio: (id: string) => Promise<Blob>;
  /** Remove a take with its audio; what is not there is gone already. */
  remove: (id: string) => Promise<void>;
  draft: (owner: string | undefined) => Promise<Draft | undefined>;
  keepDraft: (draft: Draft) => Promise<void>;
  removeDraft: (owner: string | undefined) => Promise<void>;
  /** Called after each change of a take, whatever tab it was made in; not for each slice. */
  subscribe: (listener: () => void) => () => void;
}

/** The browser gives no more room. */
export class StoreFull extends Error {
  override readonly name = "StoreFull";
}
