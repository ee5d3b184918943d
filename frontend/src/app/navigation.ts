import type { ComponentType } from "react";
import { ConnectionsIcon, MatchesIcon, MicrophoneIcon, PersonIcon, SearchIcon } from "@/components/icons";
import type { Key } from "@/i18n/catalogs";

export interface Destination {
  href: string;
  text: Key<"shell">;
}

/** Everything about oneself; a second row of navigation on these pages. */
export const own: readonly Destination[] = [
  { href: "/profile", text: "nav.profile" },
  { href: "/recordings", text: "nav.recordings" },
  { href: "/preferences", text: "nav.preferences" },
  { href: "/account", text: "nav.account" },
];

export const moderation: Destination = { href: "/moderation", text: "nav.moderation" };

/** Where people go; a bar at the bottom of phones. */
export const main: readonly (Destination & { Icon: ComponentType; within: readonly string[] })[] = [
  { href: "/", text: "nav.speak", Icon: MicrophoneIcon, within: [] },
  { href: "/matches", text: "nav.matches", Icon: MatchesIcon, within: ["/matches"] },
  { href: "/search", text: "nav.search", Icon: SearchIcon, within: ["/search"] },
  { href: "/connections", text: "nav.connections", Icon: ConnectionsIcon, within: ["/connections"] },
  {
    href: "/profile",
    text: "nav.you",
    Icon: PersonIcon,
    within: [...own.map(({ href }) => href), moderation.href],
  },
];

/** Whether a path is one of those pages, or below one. */
export function isWithin(path: string, pages: readonly string[]): boolean {
  return pages.some((page) => path === page || path.startsWith(`${page}/`));
}
