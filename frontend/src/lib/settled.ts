/** A promise that says so once it is fulfilled, in the way that React's `use` reads: no waiting, not for a moment. */
interface Settling<T> extends Promise<T> {
  status?: "fulfilled";
  value?: T;
}

/**
 * Remember what `load` gives, for `use`. A failure is not remembered: the next call tries again.
 */
export function once<T>(load: () => Promise<T>): () => Promise<T> {
  let known: Settling<T> | undefined;
  return () => {
    if (known) return known;
    const promise: Settling<T> = load();
    promise.then(
      (value) => Object.assign(promise, { status: "fulfilled", value }),
      () => (known = undefined),
    );
    known = promise;
    return promise;
  };
}
