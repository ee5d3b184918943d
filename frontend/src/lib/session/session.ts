/** Who is signed in, and how that changes. */
export type SessionState =
  | { readonly status: "signed-out"; readonly ended: boolean }
  | { readonly status: "signed-in"; readonly userId: string; readonly groups: readonly string[] };

export interface Session {
  readonly state: () => SessionState;
  readonly subscribe: (listener: () => void) => () => void;
  /** Leave for the hosted sign-in pages; comes back to `returnTo`, a path of ours. */
  readonly signIn: (options: { returnTo: string; provider?: string }) => Promise<void>;
  /** Take up what the hosted pages sent back; gives the path to return to. */
  readonly finish: (address: string) => Promise<string>;
  /** Forget the tokens, here and in other tabs, and leave through the hosted sign-out. */
  readonly leave: () => void;
  /** Whether this tab was signed in before it was loaded again, and nothing was tried since. */
  readonly canResume: () => boolean;
  /** An access token that is good for a while longer. */
  readonly token: () => Promise<string | undefined>;
  readonly renew: () => Promise<boolean>;
  /** Forget the tokens: the server does not take them any more. */
  readonly drop: () => void;
}

/** Only a path of ours: what came back from elsewhere must not lead anywhere else. */
export function safePath(path: unknown): string {
  return typeof path === "string" && /^\/(?![/\\])/.test(path) ? path : "/";
}
