import { recordingOf, type Locks } from "./locks";
import type { TakeStore } from "./take-store";

/**
 * Close the takes whose tab was closed, or crashed, while it recorded: what there is of them is kept. A take that a
 * living tab records is left alone.
 */
export async function recoverTakes(takes: TakeStore, locks: Locks): Promise<void> {
  const open = (await takes.list()).filter((take) => take.state === "recording");
  await Promise.all(
    open.map(({ id }) =>
      locks.tryHold(recordingOf(id), async () => {
        const now = await takes.get(id);
        if (now?.state !== "recording") return;
        await (now.slices === 0 ? takes.remove(id) : takes.change(id, { state: "kept" }));
      }),
    ),
  );
}
