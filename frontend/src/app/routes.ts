import { lazy, type ComponentType } from "react";

export type Access = "anybody" | "user" | "moderator";

export interface Route {
  path: string;
  /** Who sees the screen; others are asked to sign in, or told why not. */
  access: Access;
  Screen: ComponentType;
}

/** Members of this group decide about reports. The services check it; here it only decides what is shown. */
export const moderators = "moderators";

/** Every screen. Each is a file of its own that is fetched when it is needed. */
export const routes: readonly Route[] = [
  { path: "/", access: "anybody", Screen: lazy(() => import("@/features/recorder/landing")) },
  { path: "/recordings", access: "user", Screen: lazy(() => import("@/features/recordings/recordings")) },
  {
    path: "/recordings/:recording",
    access: "user",
    Screen: lazy(() => import("@/features/recordings/recording")),
  },
  { path: "/profile", access: "user", Screen: lazy(() => import("@/features/profile/profile")) },
  { path: "/matches", access: "user", Screen: lazy(() => import("@/features/matches/matches")) },
  { path: "/matches/:match", access: "user", Screen: lazy(() => import("@/features/matches/match")) },
  { path: "/search", access: "user", Screen: lazy(() => import("@/features/search/search")) },
  { path: "/connections", access: "user", Screen: lazy(() => import("@/features/connections/connections")) },
  { path: "/preferences", access: "user", Screen: lazy(() => import("@/features/preferences/preferences")) },
  { path: "/account", access: "user", Screen: lazy(() => import("@/features/account/account")) },
  // The account is gone by then; whoever knows the address may see it.
  {
    path: "/erasures/:erasure",
    access: "anybody",
    Screen: lazy(() => import("@/features/account/erasure")),
  },
  {
    path: "/moderation",
    access: "moderator",
    Screen: lazy(() => import("@/features/moderation/moderation")),
  },
  { path: "/signed-in", access: "anybody", Screen: lazy(() => import("@/features/session/signed-in")) },
];
