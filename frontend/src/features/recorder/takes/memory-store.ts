import type { Draft, Take } from "./take";
import type { TakeStore } from "./take-store";

/** Takes for as long as the page is open, where the browser keeps nothing: it says so by `lasts`. */
export function memoryStore(): TakeStore {
  const takes = new Map<string, Take>();
  const slices = new Map<string, Blob[]>();
  const drafts = new Map<string | undefined, Draft>();
  const listeners = new Set<() => void>();

  function change(id: string, own: Partial<Take>): Take | undefined {
    const found = takes.get(id);
    if (!found) return undefined;
    const next = { ...found, ...own };
    takes.set(id, next);
    return next;
  }
  const tell = () => listeners.forEach((listener) => listener());

  return {
    lasts: false,
    list: () => Promise.resolve([...takes.values()]),
    get: (id) => Promise.resolve(takes.get(id)),
    add(take) {
      takes.set(take.id, take);
      tell();
      return Promise.resolve();
    },
    change(id, own) {
      const next = change(id, own);
      if (next) tell();
      return Promise.resolve(next);
    },
    append(id, slice, durationMs) {
      const take = takes.get(id);
      if (take) {
        slices.set(id, [...(slices.get(id) ?? []), new Blob([slice])]);
        change(id, {
          slices: take.slices + 1,
          sizeBytes: take.sizeBytes + slice.byteLength,
          durationMs: durationMs ?? take.durationMs,
        });
      }
      return Promise.resolve();
    },
    audio: (id) =>
      Promise.resolve(new Blob(slices.get(id) ?? [], { type: takes.get(id)?.contentType ?? "" })),
    remove(id) {
      takes.delete(id);
      slices.delete(id);
      tell();
      return Promise.resolve();
    },
    draft: (owner) => Promise.resolve(drafts.get(owner)),
    keepDraft(draft) {
      drafts.set(draft.owner, draft);
      return Promise.resolve();
    },
    removeDraft(owner) {
      drafts.delete(owner);
      return Promise.resolve();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
