import { createContext, use, useSyncExternalStore } from "react";
import type { Session, SessionState } from "./session";

const Context = createContext<Session | null>(null);

export const SessionProvider = Context;

/** What to do with the session. */
export function useSession(): Session {
  const session = use(Context);
  if (!session) throw new Error("There is no session around this component.");
  return session;
}

/** Who is signed in; the component follows its changes. */
export function useSessionState(): SessionState {
  const session = useSession();
  return useSyncExternalStore(session.subscribe, session.state);
}

/** Whether somebody is signed in who belongs to `group`. */
export function useIsMember(group: string): boolean {
  const state = useSessionState();
  return state.status === "signed-in" && state.groups.includes(group);
}
