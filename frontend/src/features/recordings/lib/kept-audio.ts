import { openDB, type DBSchema, type IDBPDatabase } from "idb";

/**
 * The sound of takes that were sent, in this browser: the API gives back the seconds behind a statement, and never a
 * whole take. What somebody keeps here is opened for nobody else.
 */
export interface KeptAudio {
  /** Keep the sound of a recording (`recordings/…`); what is oldest makes room. False when the browser has none. */
  keep: Keep;
  find: (owner: string, recording: string) => Promise<Blob | undefined>;
  /** What is not there is gone already. */
  remove: (recording: string) => Promise<void>;
  /** Remove everything of a person: part of erasing an account. */
  forget: (owner: string) => Promise<void>;
}

export type Keep = (owner: string, recording: string, audio: Blob) => Promise<boolean>;

interface Kept {
  recording: string;
  owner: string;
  contentType: string;
  /** A buffer and not a blob: those get lost in some browsers' private windows. */
  audio: ArrayBuffer;
  keptAt: number;
}

interface Schema extends DBSchema {
  kept: { key: string; value: Kept; indexes: { owner: string; age: number } };
}

/** So many takes stay; the longest of them are a few megabytes. */
const most = 20;

/** The sound that this browser keeps; one that keeps nothing where the browser has no place for it. */
export async function browserAudio(name = "timbre.heard"): Promise<KeptAudio> {
  try {
    const db = await openDB<Schema>(name, 1, {
      upgrade(fresh) {
        const kept = fresh.createObjectStore("kept", { keyPath: "recording" });
        kept.createIndex("owner", "owner");
        kept.createIndex("age", "keptAt");
      },
      blocking: (_current, _blocked, event) => (event.target as IDBDatabase).close(),
    });
    return keptIn(db);
  } catch {
    return nothingKept;
  }
}

function keptIn(db: IDBPDatabase<Schema>): KeptAudio {
  return {
    async keep(owner, recording, blob) {
      const audio = await blob.arrayBuffer();
      const transaction = db.transaction("kept", "readwrite");
      const { store } = transaction;
      const write = async () => {
        await store.put({ recording, owner, contentType: blob.type, audio, keptAt: Date.now() });
        let tooMany = (await store.count()) - most;
        for (let oldest = await store.index("age").openCursor(); oldest && tooMany > 0; tooMany--) {
          await oldest.delete();
          oldest = await oldest.continue();
        }
      };
      return Promise.all([write(), transaction.done]).then(
        () => true,
        () => false, // the sound is a comfort: what was sent is not undone for it
      );
    },
    async find(owner, recording) {
      const kept = await db.get("kept", recording);
      return kept?.owner === owner ? new Blob([kept.audio], { type: kept.contentType }) : undefined;
    },
    remove: (recording) => db.delete("kept", recording),
    async forget(owner) {
      const transaction = db.transaction("kept", "readwrite");
      const names = await transaction.store.index("owner").getAllKeys(owner);
      await Promise.all([...names.map((name) => transaction.store.delete(name)), transaction.done]);
    },
  };
}

const nothingKept: KeptAudio = {
  keep: () => Promise.resolve(false),
  find: () => Promise.resolve(undefined),
  remove: () => Promise.resolve(),
  forget: () => Promise.resolve(),
};
