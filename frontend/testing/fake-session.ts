import { vi } from "vitest";
import type { Session, SessionState } from "@/lib/session/session";

/** A session that is what the test says, and remembers what it was asked for. */
export function fakeSession(state: SessionState) {
  const listeners = new Set<() => void>();
  let current = state;
  const become = (next: SessionState) => {
    current = next;
    listeners.forEach((listener) => listener());
  };
  return {
    state: () => current,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    signIn: vi.fn<Session["signIn"]>(() => Promise.resolve()),
    finish: vi.fn<Session["finish"]>(() => Promise.resolve("/")),
    leave: vi.fn<Session["leave"]>(() => become({ status: "signed-out", ended: false })),
    canResume: vi.fn<Session["canResume"]>(() => false),
    token: () => Promise.resolve(current.status === "signed-in" ? "token" : undefined),
    renew: vi.fn<Session["renew"]>(() => Promise.resolve(false)),
    drop: vi.fn<Session["drop"]>(() => become({ status: "signed-out", ended: true })),
  } satisfies Session;
}

export const ada: SessionState = { status: "signed-in", userId: "ada", groups: [] };
export const moderator: SessionState = { status: "signed-in", userId: "mo", groups: ["moderators"] };
export const stranger: SessionState = { status: "signed-out", ended: false };
