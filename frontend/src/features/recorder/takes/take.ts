/** One take that waits in this browser until it was sent. */
export interface Take {
  readonly id: string;
  /** Who made it; nobody yet when it was made before signing in. */
  readonly owner: string | undefined;
  readonly source: "microphone" | "file";
  /** The question it answers. */
  readonly prompt: string;
  readonly contentType: string;
  readonly createdAt: number;
  /** Not known of every file. */
  readonly durationMs: number | undefined;
  readonly sizeBytes: number;
  /** How many slices of audio there are. */
  readonly slices: number;
  readonly state: "recording" | "kept";
  /** What was begun with the API; a repeat goes on from there. */
  readonly sending: Sending | undefined;
}

/** Kept with the take, so that the same intent has the same keys after a crash too. */
export interface Sending {
  readonly createKey: string;
  readonly completeKey: string;
  /** The recording that the API made for it. */
  readonly recording: string | undefined;
  /** All of it has arrived; only the last call is missing. */
  readonly uploaded: boolean;
}

/** Text that is being written, one for each person and one for whoever is not signed in. */
export interface Draft {
  readonly owner: string | undefined;
  readonly text: string;
  /** The text and question that went out under `key`: other ones need another key. */
  readonly sent: { readonly key: string; readonly text: string; readonly prompt: string } | undefined;
}

export function newTake(own: Pick<Take, "owner" | "source" | "prompt" | "contentType">, now: number): Take {
  return {
    ...own,
    id: crypto.randomUUID(),
    createdAt: now,
    durationMs: undefined,
    sizeBytes: 0,
    slices: 0,
    state: "recording",
    sending: undefined,
  };
}

export function newSending(): Sending {
  return {
    createKey: crypto.randomUUID(),
    completeKey: crypto.randomUUID(),
    recording: undefined,
    uploaded: false,
  };
}

/** Whether a person may hear and send it. Somebody else's stays closed, on a computer that is shared. */
export function isOpenTo(take: Take, userId: string | undefined): boolean {
  return take.owner === undefined || take.owner === userId;
}

/** What is offered to a person: their own and nobody's, newest first; signed out, that there is something. */
export function offeredTo(takes: readonly Take[], userId: string | undefined): readonly Take[] {
  return takes
    .filter((take) => take.state === "kept" && (userId === undefined || isOpenTo(take, userId)))
    .sort((a, b) => b.createdAt - a.createdAt);
}
