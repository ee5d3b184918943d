import { screen } from "@testing-library/react";
import { describe, expect, test } from "vitest";
import { locales } from "@/i18n/locale";
import { expectAccessible } from "../../testing/axe";
import { moderator } from "../../testing/fake-session";
import type { Handlers } from "../../testing/fake-api";
import * as made from "../../testing/made";
import { renderRoute } from "../../testing/render-route";
import { routes } from "./routes";

/** An answer for everything that a screen asks when it is opened. */
const full: Handlers = {
  "GET /v1/session": () => ({
    userId: "ada",
    groups: [],
    clientId: "page",
    expireTime: "2026-11-01T10:00:00Z",
  }),
  "GET /v1/recordings": () => ({ ...made.lastPage, recordings: [made.recording()] }),
  "GET /v1/recordings/{recording}": () => made.recording(),
  "GET /v1/recordings/{recording}/transcript": () => made.transcript(),
  "GET /v1/profile": () => made.profile(),
  "GET /v1/facts": () => ({ ...made.lastPage, facts: [made.fact()] }),
  "GET /v1/matches": () => ({ ...made.lastPage, matches: [made.match()] }),
  "GET /v1/matches/{match}": () => made.match(),
  "GET /v1/connections": () => ({ ...made.lastPage, connections: [made.connection()] }),
  "GET /v1/preferences": () => made.preferences(),
  "GET /v1/reports": () => ({ ...made.lastPage, reports: [made.report()] }),
};

const paths = routes.map(({ path }) => path.replace(/:\w+/, "x"));

describe.each(["/nowhere", ...paths])("the screen at %s", (path) => {
  test.each(locales)("is accessible and named in %s", async (locale) => {
    await renderRoute(path, full, { as: moderator, locale });
    const heading = await screen.findByRole("heading", { level: 1 });
    expect(heading).toHaveTextContent(/\S/);
    expect(document.title).toMatch(/ · T[ií]mbr[eé]/);
    expect(document.documentElement.lang).toBe(locale);
    expect(screen.queryByRole("alert")).not.toBeInTheDocument();
    await expectAccessible(document.body);
  });

  test("leaves no English in the pseudo-locale", async () => {
    await renderRoute(path, full, { as: moderator, locale: "en-XA" });
    const heading = await screen.findByRole("heading", { level: 1 });
    if (path === "/recordings/x" || path === "/matches/x") return; // named by people
    expect(heading.textContent).toMatch(/^\[.*\]$/);
  });
});
