import { openDB, type DBSchema, type IDBPDatabase } from "idb";
import type { Draft, Take } from "./take";
import { StoreFull, type TakeStore } from "./take-store";

interface Schema extends DBSchema {
  takes: { key: string; value: Take };
  /** By take and position. Buffers and not blobs: those get lost in some browsers' private windows. */
  slices: { key: [take: string, position: number]; value: ArrayBuffer };
  drafts: { key: string; value: Draft };
}

/** It matters more that a slice survives than that it is written fast. */
const writing = { durability: "strict" } as const;

/** Takes in IndexedDB: they outlive the tab, the browser and a crash. */
export async function browserStore(name = "timbre.takes"): Promise<TakeStore> {
  const db = await openDB<Schema>(name, 1, {
    upgrade(fresh) {
      fresh.createObjectStore("takes", { keyPath: "id" });
      fresh.createObjectStore("slices");
      fresh.createObjectStore("drafts");
    },
    // Another tab has a newer page: let it go on, this one opens again when it is loaded again.
    blocking: (_current, _blocked, event) => (event.target as IDBDatabase).close(),
  });
  return new BrowserStore(db, new BroadcastChannel(name));
}

class BrowserStore implements TakeStore {
  readonly lasts = true;
  readonly #db: IDBPDatabase<Schema>;
  readonly #channel: BroadcastChannel;
  readonly #listeners = new Set<() => void>();

  constructor(db: IDBPDatabase<Schema>, channel: BroadcastChannel) {
    this.#db = db;
    this.#channel = channel;
    channel.addEventListener("message", () => this.#tell());
  }

  list() {
    return this.#db.getAll("takes");
  }

  get(id: string) {
    return this.#db.get("takes", id);
  }

  async add(take: Take) {
    await saying(this.#db.add("takes", take));
    this.#changed();
  }

  async change(id: string, own: Partial<Take>) {
    const transaction = this.#db.transaction("takes", "readwrite", writing);
    const found = await transaction.store.get(id);
    const next = found && { ...found, ...own };
    if (next) await transaction.store.put(next);
    await saying(transaction.done);
    if (next) this.#changed();
    return next;
  }

  async append(id: string, slice: ArrayBuffer, durationMs?: number) {
    const transaction = this.#db.transaction(["takes", "slices"], "readwrite", writing);
    // A transaction that fails is reported by `done`, and only there.
    const write = async () => {
      const take = await transaction.objectStore("takes").get(id);
      if (!take) return;
      await Promise.all([
        transaction.objectStore("slices").put(slice, [id, take.slices]),
        transaction.objectStore("takes").put({
          ...take,
          slices: take.slices + 1,
          sizeBytes: take.sizeBytes + slice.byteLength,
          durationMs: durationMs ?? take.durationMs,
        }),
      ]);
    };
    await saying(Promise.all([write(), transaction.done]));
  }

  async audio(id: string) {
    const [take, slices] = await Promise.all([
      this.#db.get("takes", id),
      this.#db.getAll("slices", slicesOf(id)),
    ]);
    return new Blob(slices, { type: take?.contentType ?? "" });
  }

  async remove(id: string) {
    const transaction = this.#db.transaction(["takes", "slices"], "readwrite");
    await Promise.all([
      transaction.objectStore("takes").delete(id),
      transaction.objectStore("slices").delete(slicesOf(id)),
      transaction.done,
    ]);
    this.#changed();
  }

  draft(owner: string | undefined) {
    return this.#db.get("drafts", owner ?? "");
  }

  async keepDraft(draft: Draft) {
    await saying(this.#db.put("drafts", draft, draft.owner ?? ""));
  }

  removeDraft(owner: string | undefined) {
    return this.#db.delete("drafts", owner ?? "");
  }

  subscribe(listener: () => void) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #changed() {
    this.#channel.postMessage("changed");
    this.#tell();
  }

  #tell() {
    this.#listeners.forEach((listener) => listener());
  }
}

function slicesOf(id: string): IDBKeyRange {
  return IDBKeyRange.bound([id, 0], [id, Infinity]);
}

async function saying<T>(writing: Promise<T>): Promise<T> {
  try {
    return await writing;
  } catch (error) {
    if (error instanceof DOMException && error.name === "QuotaExceededError") throw new StoreFull();
    throw error;
  }
}
