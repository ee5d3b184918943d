import { browserStore } from "../takes/browser-store";
import type { TakeStore } from "../takes/take-store";

/** Remove what a person has recorded or written and not sent from this browser: part of erasing an account. */
export async function forgetTakes(userId: string, store?: TakeStore): Promise<void> {
  const takes = store ?? (await browserStore());
  const theirs = (await takes.list()).filter((take) => take.owner === userId);
  await Promise.all(theirs.map((take) => takes.remove(take.id)));
  await takes.removeDraft(userId);
}
