import { act, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, test, vi } from "vitest";
import type { Handlers } from "../../testing/fake-api";
import { moderator, stranger } from "../../testing/fake-session";
import { full } from "../../testing/full-api";
import { lastPage } from "../../testing/made";
import { renderRoute } from "../../testing/render-route";

const none: Handlers = { ...full, "GET /v1/matches": () => ({ ...lastPage, matches: [] }) };

describe("moving between screens", () => {
  test("takes the focus to the new heading and names the document", async () => {
    const { user } = await renderRoute("/", none);
    expect(await screen.findByRole("heading", { level: 1 })).not.toHaveFocus();
    await user.click(screen.getByRole("link", { name: "Matches" }));
    await waitFor(() => expect(screen.getByRole("heading", { level: 1, name: "Matches" })).toHaveFocus());
    expect(document.title).toBe("Matches · Timbre");
    expect(screen.getByRole("link", { name: "Matches" })).toHaveAttribute("aria-current", "page");
  });

  test("the first thing that Tab reaches skips the navigation", async () => {
    const { user } = await renderRoute("/matches", none);
    await user.tab();
    await user.keyboard("{Enter}");
    expect(screen.getByRole("main")).toHaveFocus();
  });
});

describe("what only some may see", () => {
  test("asks strangers to sign in, and comes back to where they were", async () => {
    const { user, session } = await renderRoute("/matches", {}, { as: stranger });
    const main = within(screen.getByRole("main"));
    expect(await main.findByRole("heading", { name: "Sign in to go on" })).toBeVisible();
    await user.click(main.getByRole("button", { name: "Sign in" }));
    expect(session.signIn).toHaveBeenCalledWith({ returnTo: "/matches" });
  });

  test("offers the providers that the configuration names", async () => {
    const signIn = {
      issuer: "http://i.test",
      clientId: "page",
      domain: "http://s.test",
      providers: ["Google"],
    };
    const { user, session } = await renderRoute("/matches", {}, { as: stranger, config: { signIn } });
    await user.click(await screen.findByRole("button", { name: "Continue with Google" }));
    expect(session.signIn).toHaveBeenCalledWith({ returnTo: "/matches", provider: "Google" });
  });

  test("tells those whose sign-in ended that it did", async () => {
    const { session } = await renderRoute("/matches", none);
    await screen.findByText("Nobody fits both ways yet");
    act(() => session.drop());
    expect(await screen.findByText(/Your sign-in has ended/)).toBeVisible();
    expect(screen.queryByText("Nobody fits both ways yet")).not.toBeInTheDocument();
  });

  test("keeps moderation to moderators", async () => {
    await renderRoute("/moderation");
    expect(await screen.findByRole("heading", { name: "Only moderators can see this page." })).toBeVisible();
  });

  test("shows moderators the way", async () => {
    await renderRoute("/recordings", none, { as: moderator });
    const own = within(screen.getByRole("navigation", { name: "You" }));
    expect(own.getByRole("link", { name: "Moderation" })).toHaveAttribute("href", "/moderation");
  });
});

test("a sign-in that came back leads to where it began", async () => {
  const { path } = await renderRoute("/signed-in", {});
  await waitFor(() => expect(path()).toBe("/"));
});

test("the language changes at once and is kept", async () => {
  const { user } = await renderRoute("/matches", none);
  await user.selectOptions(screen.getByRole("combobox", { name: "Language" }), "es");
  expect(await screen.findByRole("link", { name: "Buscar" })).toBeVisible();
  expect(document.documentElement.lang).toBe("es");
  expect(localStorage.getItem("timbre.language")).toBe("es");
});

test("the theme is applied and kept", async () => {
  const { user } = await renderRoute("/matches", none);
  await user.selectOptions(screen.getByRole("combobox", { name: "Appearance" }), "dark");
  expect(document.documentElement.dataset.theme).toBe("dark");
  expect(localStorage.getItem("timbre.theme")).toBe("dark");
  await user.selectOptions(screen.getByRole("combobox", { name: "Appearance" }), "system");
  expect(document.documentElement.dataset.theme).toBeUndefined();
});

test("being offline is said, and taken back", async () => {
  await renderRoute("/matches", none);
  const online = vi.spyOn(navigator, "onLine", "get").mockReturnValue(false);
  act(() => void window.dispatchEvent(new Event("offline")));
  expect(await screen.findByText(/You are offline/)).toBeVisible();
  online.mockReturnValue(true);
  act(() => void window.dispatchEvent(new Event("online")));
  expect(screen.queryByText(/You are offline/)).not.toBeInTheDocument();
});

test("visits are counted only after a yes, and nobody is asked where nothing counts", async () => {
  const { unmount } = await renderRoute("/matches", none);
  expect(screen.queryByRole("region", { name: "Counting visits" })).not.toBeInTheDocument();
  unmount();
  const analytics = { vercel: true, speedInsights: false };
  const { user } = await renderRoute("/matches", none, { config: { analytics } });
  expect(document.querySelector("script[src*=_vercel]")).toBeNull();
  await user.click(await screen.findByRole("button", { name: "Yes, that is fine" }));
  await waitFor(() => expect(document.querySelector("script[src*=_vercel]")).not.toBeNull());
});
