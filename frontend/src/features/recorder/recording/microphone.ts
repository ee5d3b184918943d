/** What a recorder needs of a browser. */
export interface Microphone {
  /** Whether this browser can record at all. */
  readonly isSupported: boolean;
  /** The microphones that are named; none before the person has allowed one. */
  devices: () => Promise<readonly Device[]>;
  /** Called when microphones come and go. */
  watch: (listener: () => void) => () => void;
  /** Ask the person, and open it. Throws `MicrophoneError`. */
  open: (options: Opening) => Promise<Capture>;
}

export interface Device {
  readonly id: string;
  readonly label: string;
}

export interface Opening {
  /** The one to use; another one when it is not there any more. */
  deviceId: string | undefined;
  onSlice: (slice: Blob) => void;
  /** It was pulled out, taken away, or broke. */
  onLost: () => void;
}

/** An open microphone. */
export interface Capture {
  readonly contentType: string;
  readonly deviceId: string | undefined;
  start: (sliceMs: number) => void;
  pause: () => void;
  resume: () => void;
  /** Resolves when the last slice has been handed over. */
  stop: () => Promise<void>;
  /** How loud it is just now, in dBFS; -Infinity when nothing comes in at all. */
  loudness: () => number;
  /** Let go of the microphone. */
  close: () => void;
}

export type MicrophoneProblem = "unsupported" | "missing" | "refused" | "busy" | "broken";

export class MicrophoneError extends Error {
  override readonly name = "MicrophoneError";
  readonly problem: MicrophoneProblem;

  constructor(problem: MicrophoneProblem, options?: ErrorOptions) {
    super(problem, options);
    this.problem = problem;
  }
}
