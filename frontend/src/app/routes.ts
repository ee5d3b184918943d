import { lazily, type Lazy } from "@/lib/lazily";

export type Access = "anybody" | "user" | "moderator";

export interface Route {
  path: string;
  /** Who sees the screen; others are asked to sign in, or told why not. */
  access: Access;
  screen: Lazy<object>;
}

/** Members of this group decide about reports. The services check it; here it only decides what is shown. */
export const moderators = "moderators";

/** Instead of a screen that is for those who are signed in. */
export const signInNeeded = lazily(() => import("@/features/session/sign-in-needed"));

/** Every screen. Each is a file of its own that is fetched when it is needed. */
export const routes: readonly Route[] = [
  { path: "/", access: "anybody", screen: lazily(() => import("@/features/recorder/landing")) },
  { path: "/recordings", access: "user", screen: lazily(() => import("@/features/recordings/recordings")) },
  {
    path: "/recordings/:recording",
    access: "user",
    screen: lazily(() => import("@/features/recordings/recording")),
  },
  { path: "/profile", access: "user", screen: lazily(() => import("@/features/profile/profile")) },
  { path: "/matches", access: "user", screen: lazily(() => import("@/features/matches/matches")) },
  { path: "/matches/:match", access: "user", screen: lazily(() => import("@/features/matches/match")) },
  { path: "/search", access: "user", screen: lazily(() => import("@/features/search/search")) },
  {
    path: "/connections",
    access: "user",
    screen: lazily(() => import("@/features/connections/connections")),
  },
  {
    path: "/preferences",
    access: "user",
    screen: lazily(() => import("@/features/preferences/preferences")),
  },
  { path: "/account", access: "user", screen: lazily(() => import("@/features/account/account")) },
  // The account is gone by then; whoever knows the address may see it.
  {
    path: "/erasures/:erasure",
    access: "anybody",
    screen: lazily(() => import("@/features/account/erasure")),
  },
  {
    path: "/moderation",
    access: "moderator",
    screen: lazily(() => import("@/features/moderation/moderation")),
  },
  { path: "/signed-in", access: "anybody", screen: lazily(() => import("@/features/session/signed-in")) },
];

/** Fetch the code of the screen at a path, before it is shown. */
export function preload(path: string): void {
  // Whoever goes there asks again, and is told what is wrong.
  void routes
    .find((route) => route.path === path)
    ?.screen.preload()
    .catch(() => undefined);
}
