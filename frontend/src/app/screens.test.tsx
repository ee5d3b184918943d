import { screen } from "@testing-library/react";
import { describe, expect, test } from "vitest";
import { locales } from "@/i18n/locale";
import { expectAccessible } from "../../testing/axe";
import { moderator } from "../../testing/fake-session";
import { full } from "../../testing/full-api";
import { renderRoute } from "../../testing/render-route";
import { routes } from "./routes";

const paths = routes.map(({ path }) => path.replace(/:\w+/, "x"));

describe.each(["/nowhere", ...paths])("the screen at %s", (path) => {
  test("gives axe nothing to say", async () => {
    await renderRoute(path, full, { as: moderator });
    await screen.findByRole("heading", { level: 1 });
    await expectAccessible(document.body);
  });

  test.each(locales)("has a name and shows no failure in %s", async (locale) => {
    await renderRoute(path, full, { as: moderator, locale });
    const heading = await screen.findByRole("heading", { level: 1 });
    expect(heading).toHaveTextContent(/\S/);
    expect(document.title).toMatch(/ · T[ií]mbr[eé]/);
    expect(document.documentElement.lang).toBe(locale);
    // A region that waits for something to say is there, and empty.
    expect(screen.queryAllByRole("alert").map((alert) => alert.textContent)).not.toContainEqual(
      expect.stringMatching(/\S/),
    );
  });

  test("leaves no English in the pseudo-locale", async () => {
    await renderRoute(path, full, { as: moderator, locale: "en-XA" });
    const heading = await screen.findByRole("heading", { level: 1 });
    if (path === "/recordings/x" || path === "/matches/x") return; // named by people
    expect(heading.textContent).toMatch(/^\[.*\]$/);
  });
});
