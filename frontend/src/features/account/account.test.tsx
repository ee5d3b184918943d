import { screen, waitFor, within } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { expectAccessible } from "../../../testing/axe";
import { refuse, unreachable, type Handlers } from "../../../testing/fake-api";
import * as made from "../../../testing/made-account";
import { renderRoute } from "../../../testing/render-route";

const mine = { userId: "ada", groups: [], clientId: "page", expireTime: "2026-11-01T10:00:00Z" };
const session: Handlers = { "GET /v1/session": () => mine };
const clicked = vi.fn<(address: string) => void>();

beforeEach(() => {
  clicked.mockReset();
  vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(function (this: HTMLAnchorElement) {
    clicked(this.href);
  });
});
afterEach(() => vi.useRealTimers());

describe("the session", () => {
  test("shows until when it is good, and for whom", async () => {
    await renderRoute("/account", session);
    expect(await screen.findByText("ada")).toBeVisible();
    expect(screen.getByText(/Nov 1, 2026/)).toBeVisible();
    await expectAccessible(document.body);
  });

  test("that cannot be read says why, and is asked for again", async () => {
    let works = false;
    const { user } = await renderRoute("/account", {
      "GET /v1/session": () => {
        if (!works) throw unreachable();
        return mine;
      },
    });
    expect(await screen.findByRole("alert")).toHaveTextContent(/answer|reach/i);
    works = true;
    await user.click(screen.getByRole("button", { name: "Try again" }));
    expect(await screen.findByText("ada")).toBeVisible();
  });

  test("ends everywhere, first at the server, then at the hosted pages", async () => {
    const asked = vi.fn();
    const { user, session: signedIn } = await renderRoute("/account", {
      ...session,
      "POST /v1/session:signOut": () => {
        expect(signedIn.leave).not.toHaveBeenCalled();
        asked();
        return { revokeTime: "2026-11-01T10:00:00Z" };
      },
    });
    await user.click(await screen.findByRole("button", { name: "Sign out everywhere" }));
    await waitFor(() => expect(signedIn.leave).toHaveBeenCalledOnce());
    expect(asked).toHaveBeenCalledOnce();
  });

  test("stays when the server could not end it", async () => {
    const { user, session: signedIn } = await renderRoute("/account", {
      ...session,
      "POST /v1/session:signOut": () => {
        throw refuse(503, "UNAVAILABLE");
      },
    });
    await user.click(await screen.findByRole("button", { name: "Sign out everywhere" }));
    expect(await screen.findByRole("alert")).toBeVisible();
    expect(signedIn.leave).not.toHaveBeenCalled();
  });
});

describe("an export", () => {
  test("is started, waited for and fetched by a link of its own", async () => {
    let state: "STATE_RUNNING" | "STATE_READY" = "STATE_RUNNING";
    let links = 0;
    const { user } = await renderRoute("/account", {
      ...session,
      "POST /v1/exports": () => made.exported({ state: "STATE_RUNNING", url: "", sizeBytes: "0" }),
      "GET /v1/exports/{export}": () => made.exported({ state, url: `http://bucket.test/${links++}` }),
    });
    await user.click(await screen.findByRole("button", { name: "Pack my data" }));
    expect(await screen.findByRole("progressbar", { name: "Your data is being packed" })).toBeVisible();
    state = "STATE_READY";
    const download = await screen.findByRole("button", { name: "Download" });
    expect(screen.getByText(/^2.3 MB, kept until Nov 5, 2026/)).toBeVisible();
    await waitFor(() =>
      expect(screen.getAllByText("Your archive is ready").some((text) => text.closest("[aria-live]"))).toBe(
        true,
      ),
    );
    await expectAccessible(document.body);
    const before = links;
    await user.click(download);
    await waitFor(() => expect(clicked).toHaveBeenCalledWith(`http://bucket.test/${before}`));
  });

  test("is found again after a detour", async () => {
    const handlers: Handlers = {
      ...session,
      "POST /v1/exports": () => made.exported(),
      "GET /v1/exports/{export}": () => made.exported(),
    };
    const first = await renderRoute("/account", handlers);
    await first.user.click(await screen.findByRole("button", { name: "Pack my data" }));
    await screen.findByRole("button", { name: "Download" });
    first.unmount();
    await renderRoute("/account", handlers);
    expect(await screen.findByRole("button", { name: "Download" })).toBeVisible();
  });

  test("that was removed meanwhile is as none", async () => {
    sessionStorage.setItem("timbre.export.ada", made.exported().name);
    await renderRoute("/account", {
      ...session,
      "GET /v1/exports/{export}": () => {
        throw refuse(404, "EXPORT_NOT_FOUND");
      },
    });
    await screen.findByText("ada");
    await waitFor(() =>
      expect(screen.getByRole("button", { name: "Pack my data" })).not.toHaveAttribute("aria-disabled"),
    );
    expect(screen.queryByRole("alert")).not.toBeInTheDocument();
  });

  test("of another person in the same tab is not asked for", async () => {
    sessionStorage.setItem("timbre.export.eve", made.exported().name);
    await renderRoute("/account", session); // a call without a handler would fail
    expect(await screen.findByRole("button", { name: "Pack my data" })).toBeVisible();
  });

  test("that failed can be started again", async () => {
    const starts = vi.fn();
    const { user } = await renderRoute("/account", {
      ...session,
      "POST /v1/exports": () => {
        starts();
        return made.exported({ state: "STATE_FAILED", url: "" });
      },
      "GET /v1/exports/{export}": () => made.exported({ state: "STATE_FAILED", url: "" }),
    });
    await user.click(await screen.findByRole("button", { name: "Pack my data" }));
    expect(await screen.findByText(/could not be packed/)).toBeVisible();
    await user.click(screen.getByRole("button", { name: "Pack it again" }));
    await waitFor(() => expect(starts).toHaveBeenCalledTimes(2));
  });

  test("that cannot be started says why", async () => {
    const { user } = await renderRoute("/account", {
      ...session,
      "POST /v1/exports": () => {
        throw unreachable();
      },
    });
    await user.click(await screen.findByRole("button", { name: "Pack my data" }));
    expect(await screen.findByRole("alert")).toBeVisible();
    expect(screen.getByRole("button", { name: "Try again" })).toBeVisible();
  });
});

describe("erasing", () => {
  async function ask(handlers: Handlers = {}, locale: "en" | "es" = "en") {
    const view = await renderRoute("/account", { ...session, ...handlers }, { locale });
    const name = locale === "en" ? "Erase everything…" : "Borrarlo todo…";
    await view.user.click(await screen.findByRole("button", { name }));
    return { ...view, dialog: within(await screen.findByRole("alertdialog")) };
  }

  test("asks for a word first, and can be left", async () => {
    const { user, dialog } = await ask();
    expect(dialog.getByRole("button", { name: "Erase everything" })).toBeDisabled();
    await expectAccessible(document.body);
    await user.type(dialog.getByRole("textbox"), "erased{Enter}");
    expect(dialog.getByRole("button", { name: "Erase everything" })).toBeDisabled();
    await user.click(dialog.getByRole("button", { name: "Keep my account" }));
    await waitFor(() => expect(screen.queryByRole("alertdialog")).not.toBeInTheDocument());
    await waitFor(() => expect(screen.getByRole("button", { name: "Erase everything…" })).toHaveFocus());
  });

  test("leads, signed out, to the receipt", async () => {
    const erased = vi.fn();
    const {
      user,
      dialog,
      path,
      session: signedIn,
    } = await ask({
      "DELETE /v1/account": ({ headers }) => {
        erased(headers.get("idempotency-key"));
        return made.erasing();
      },
      "GET /v1/erasures/{erasure}": () => made.erasure(),
    });
    await user.type(dialog.getByRole("textbox"), "Erase ");
    await user.click(dialog.getByRole("button", { name: "Erase everything" }));
    expect(await screen.findByRole("heading", { level: 1, name: "Everything is gone" })).toBeVisible();
    expect(path()).toBe(`/${made.erasure().name}`);
    expect(signedIn.state().status).toBe("signed-out");
    expect(erased).toHaveBeenCalledExactlyOnceWith(expect.stringMatching(/\S/));
    expect(await screen.findByText("ada")).toBeVisible(); // the id, for the person to keep
  });

  test("works in the person's own language, by keyboard", async () => {
    const { user, path } = await ask(
      {
        "DELETE /v1/account": () => made.erasing(),
        "GET /v1/erasures/{erasure}": () => made.erasing(),
      },
      "es",
    );
    await user.tab();
    const field = screen.getByRole("textbox");
    if (document.activeElement !== field) field.focus();
    await user.keyboard("borrar{Enter}");
    await waitFor(() => expect(path()).toMatch(/^\/erasures\//));
  });

  test("that was refused leaves everything as it is", async () => {
    const {
      user,
      dialog,
      session: signedIn,
      path,
    } = await ask({
      "DELETE /v1/account": () => {
        throw refuse(503, "UNAVAILABLE");
      },
    });
    await user.type(dialog.getByRole("textbox"), "erase{Enter}");
    expect(await dialog.findByRole("alert")).toBeVisible();
    expect(path()).toBe("/account");
    expect(signedIn.state().status).toBe("signed-in");
  });
});
