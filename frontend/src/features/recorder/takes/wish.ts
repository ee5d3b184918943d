/** What a person asked to be sent before they left for the sign-in; this tab does it when they are back. */
export type Wish = { readonly what: "take"; readonly id: string } | { readonly what: "draft" };

const key = "timbre.wish";
/** Whoever comes back later may be somebody else: they are asked. */
const goodFor = 30 * 60_000;

export function keepWish(tab: Storage, wish: Wish, now = Date.now()): void {
  tab.setItem(key, JSON.stringify({ wish, at: now }));
}

export function dropWish(tab: Storage): void {
  tab.removeItem(key);
}

/** The wish, once. */
export function takeWish(tab: Storage, now = Date.now()): Wish | undefined {
  const kept = tab.getItem(key);
  tab.removeItem(key);
  if (kept === null) return undefined;
  const { wish, at } = JSON.parse(kept) as { wish: Wish; at: number };
  return now - at < goodFor ? wish : undefined;
}
