import { storage } from "./storage";

export const themes = ["system", "light", "dark"] as const;
export type Theme = (typeof themes)[number];

const key = "timbre.theme";

export function keptTheme(): Theme {
  const kept = storage("local").getItem(key);
  return themes.find((theme) => theme === kept) ?? "system";
}

/** Show the page in a theme, now and next time. */
export function setTheme(theme: Theme): void {
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  storage("local").setItem(key, theme);
}
