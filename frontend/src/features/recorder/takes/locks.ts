/** What only one tab may do at a time. */
export interface Locks {
  /** Do it unless another tab is doing it; gives whether it was done. */
  tryHold: (name: string, work: () => Promise<void>) => Promise<boolean>;
  /** Wait until no other tab does it, then do it. */
  hold: (name: string, work: () => Promise<void>, signal?: AbortSignal) => Promise<void>;
}

export const recordingOf = (take: string) => `timbre.take.${take}`;
export const sendingOf = (take: string) => `timbre.send.${take}`;

/** Web Locks: the browser lets go when a tab dies. Browsers without them have one tab as far as we know. */
export function browserLocks(): Locks {
  const locks = navigator.locks as LockManager | undefined;
  if (!locks) {
    return {
      tryHold: (_name, work) => work().then(() => true),
      hold: (_name, work) => work(),
    };
  }
  return {
    async tryHold(name, work) {
      let held = false;
      await locks.request(name, { ifAvailable: true }, async (lock) => {
        held = lock !== null;
        if (held) await work();
      });
      return held;
    },
    async hold(name, work, signal) {
      await locks.request(name, signal ? { signal } : {}, work);
    },
  };
}
