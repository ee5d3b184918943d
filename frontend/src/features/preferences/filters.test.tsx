import { screen, waitFor, within } from "@testing-library/react";
import { afterEach, expect, test } from "vitest";
import type { Schemas } from "@/api/types";
import { expectAccessible } from "../../../testing/axe";
import { refuse, unreachable, type Handlers } from "../../../testing/fake-api";
import { full } from "../../../testing/full-api";
import * as made from "../../../testing/made";
import { renderRoute } from "../../../testing/render-route";

afterEach(() => Reflect.deleteProperty(navigator, "geolocation"));

/** The API with preferences that refuse another etag than their own. */
function withPreferences(preferences: Schemas["Preferences"]) {
  const state = { preferences, sent: [] as unknown[] };
  const handlers: Handlers = {
    ...full,
    "GET /v1/preferences": () => state.preferences,
    "PATCH /v1/preferences": ({ query, body }) => {
      state.sent.push({ query, body });
      if (body.etag !== state.preferences.etag) throw refuse(409, "CONCURRENT_CHANGE");
      const cleared = query.updateMask.split(",").includes("place") ? { place: undefined } : {};
      const next = { ...state.preferences, ...cleared, ...body, etag: `${body.etag}+` };
      state.preferences = JSON.parse(JSON.stringify(next)) as Schemas["Preferences"];
      return state.preferences;
    },
  };
  return { state, handlers };
}

/** Where a device is; only what the page asks. */
function deviceAt(answer: { latitude: number; longitude: number } | { code: number }) {
  const getCurrentPosition: Geolocation["getCurrentPosition"] = (found, failed) => {
    if ("code" in answer) failed?.({ ...answer, PERMISSION_DENIED: 1 } as GeolocationPositionError);
    else found({ coords: answer } as GeolocationPosition);
  };
  Object.defineProperty(navigator, "geolocation", { configurable: true, value: { getCurrentPosition } });
}

async function open(handlers: Handlers) {
  const { user } = await renderRoute("/preferences", handlers);
  const heading = await screen.findByRole("heading", { name: "Who can meet you" });
  const section = heading.closest("section");
  if (!section) throw new Error("no section");
  return { user, filters: within(section) };
}

test("says of each filter what it does both ways", async () => {
  const { filters } = await open(full);
  expect(filters.getAllByText("For whom you see")).toHaveLength(3);
  expect(filters.getAllByText("For who sees you")).toHaveLength(3);
  expect(filters.getByRole("link", { name: "your profile" })).toHaveAttribute("href", "/profile");
  expect(filters.getByRole("checkbox", { name: "Online" })).toBeChecked();
  expect(filters.getByRole("button", { name: "Save" })).toBeDisabled();
});

test("saves what was changed, and nothing before", async () => {
  const { state, handlers } = withPreferences(made.preferences());
  const { user, filters } = await open(handlers);
  await user.click(filters.getByRole("checkbox", { name: "In person" }));
  await user.click(filters.getByRole("button", { name: /Add a language/ }));
  await user.click(await screen.findByRole("option", { name: "Spanish" }));
  expect(state.sent).toEqual([]);
  await user.click(filters.getByRole("button", { name: "Save" }));
  expect(await filters.findByText("Saved.")).toBeVisible();
  expect(state.sent).toEqual([
    {
      query: { updateMask: "formats,languages" },
      body: { formats: ["FORMAT_ONLINE", "FORMAT_IN_PERSON"], languages: ["en", "es"], etag: "q1" },
    },
  ]);
  expect(filters.getByRole("checkbox", { name: "In person" })).toBeChecked();
});

test("discards changes", async () => {
  const { state, handlers } = withPreferences(made.preferences());
  const { user, filters } = await open(handlers);
  await user.click(filters.getByRole("checkbox", { name: "Online" }));
  await user.click(filters.getByRole("button", { name: "Discard changes" }));
  expect(filters.getByRole("checkbox", { name: "Online" })).toBeChecked();
  expect(filters.getByRole("button", { name: "Save" })).toBeDisabled();
  expect(state.sent).toEqual([]);
});

test("takes a town for a place, rounded, and warns of a limit without one", async () => {
  const { state, handlers } = withPreferences(made.preferences());
  const { user, filters } = await open(handlers);
  await user.click(filters.getByRole("button", { name: /At most this far away/ }));
  await user.click(await screen.findByRole("option", { name: "100 km" }));
  expect(filters.getByText(/^You have set a limit and told no place/)).toBeVisible();
  await user.type(filters.getByRole("combobox", { name: "Choose a town near you" }), "zara");
  // Words that begin like that, and no others; accents need not be typed.
  expect((await screen.findAllByRole("option")).map(({ textContent }) => textContent)).toEqual([
    "Zaragoza, Spain",
  ]);
  await user.click(screen.getByRole("option", { name: "Zaragoza, Spain" }));
  expect(await filters.findByText("Near Zaragoza.")).toBeVisible();
  expect(filters.queryByText(/^You have set a limit and told no place/)).not.toBeInTheDocument();
  await user.click(filters.getByRole("button", { name: "Save" }));
  expect(await filters.findByText("Saved.")).toBeVisible();
  expect(state.sent).toEqual([
    {
      query: { updateMask: "maxDistanceKm,place" },
      body: { maxDistanceKm: 100, place: { latitude: 41.75, longitude: -1 }, etag: "q1" },
    },
  ]);
});

test("lets the device tell, no finer than is kept", async () => {
  deviceAt({ latitude: -3.1416, longitude: 151.2093 });
  const { state, handlers } = withPreferences(made.preferences());
  const { user, filters } = await open(handlers);
  await user.click(filters.getByRole("button", { name: "Let this device tell" }));
  expect(await filters.findByText("Near 3.25° south, 151.25° east.")).toBeVisible();
  await user.click(filters.getByRole("button", { name: "Save" }));
  await filters.findByText("Saved.");
  expect(state.sent).toEqual([
    { query: { updateMask: "place" }, body: { place: { latitude: -3.25, longitude: 151.25 }, etag: "q1" } },
  ]);
});

test("says why the device does not tell", async () => {
  deviceAt({ code: 1 });
  const { user, filters } = await open(full);
  await user.click(filters.getByRole("button", { name: "Let this device tell" }));
  expect(await filters.findByRole("alert")).toHaveTextContent("does not let this page know");
  await expectAccessible(document.body);
});

test("forgets a place", async () => {
  const { state, handlers } = withPreferences(
    made.preferences({ place: { latitude: 51.5, longitude: -0.25 } }),
  );
  const { user, filters } = await open(handlers);
  expect(await filters.findByText("Near London.")).toBeVisible();
  await user.click(filters.getByRole("button", { name: "Do not tell" }));
  expect(filters.getByText("Not told.")).toBeVisible();
  await user.click(filters.getByRole("button", { name: "Save" }));
  await filters.findByText("Saved.");
  expect(state.sent).toEqual([{ query: { updateMask: "place" }, body: { etag: "q1" } }]);
});

test("keeps what was entered when saving failed, and tries again", async () => {
  let works = false;
  const { state, handlers } = withPreferences(made.preferences());
  const { user, filters } = await open({
    ...handlers,
    "PATCH /v1/preferences": (call) => {
      if (!works) throw unreachable();
      return handlers["PATCH /v1/preferences"]?.(call) ?? state.preferences;
    },
  });
  await user.click(filters.getByRole("checkbox", { name: "Online" }));
  await user.click(filters.getByRole("button", { name: "Save" }));
  expect(await filters.findByRole("alert")).toHaveTextContent("cannot be reached");
  expect(filters.getByRole("checkbox", { name: "Online" })).not.toBeChecked();
  works = true;
  await user.click(filters.getByRole("button", { name: "Try again" }));
  expect(await filters.findByText("Saved.")).toBeVisible();
  expect(state.preferences.formats).toEqual([]);
});

test("a change of something else meanwhile is none of this form's concern", async () => {
  const { state, handlers } = withPreferences(made.preferences());
  const { user, filters } = await open(handlers);
  state.preferences = made.preferences({ etag: "q2", languages: ["fr"] });
  await user.click(filters.getByRole("checkbox", { name: "Online" }));
  await user.click(filters.getByRole("button", { name: "Save" }));
  expect(await filters.findByText("Saved.")).toBeVisible();
  expect(state.sent.at(-1)).toEqual({ query: { updateMask: "formats" }, body: { formats: [], etag: "q2" } });
  expect(state.preferences.languages).toEqual(["fr"]);
});

test("a change of the same filter meanwhile is told, and the person decides", async () => {
  const { state, handlers } = withPreferences(made.preferences());
  const { user, filters } = await open(handlers);
  state.preferences = made.preferences({ etag: "q2", formats: ["FORMAT_WRITING"] });
  await user.click(filters.getByRole("checkbox", { name: "In person" }));
  await user.click(filters.getByRole("button", { name: "Save" }));
  expect(await filters.findByRole("alert")).toHaveTextContent("This was changed somewhere else meanwhile");
  expect(state.preferences.formats).toEqual(["FORMAT_WRITING"]);
  await user.click(filters.getByRole("button", { name: "Take what is there" }));
  await waitFor(() => expect(filters.getByRole("checkbox", { name: "In writing" })).toBeChecked());
  expect(filters.getByRole("checkbox", { name: "In person" })).not.toBeChecked();
  expect(filters.queryByRole("alert")).not.toBeInTheDocument();
});

test("says why there is nothing to set, and tries again", async () => {
  let works = false;
  const { user } = await renderRoute("/preferences", {
    ...full,
    "GET /v1/preferences": () => {
      if (!works) throw refuse(503, "UNAVAILABLE");
      return made.preferences();
    },
  });
  expect(await screen.findByRole("alert")).toHaveTextContent("cannot answer at the moment");
  works = true;
  await user.click(screen.getByRole("button", { name: "Try again" }));
  expect(await screen.findByRole("heading", { name: "Who can meet you" })).toBeVisible();
});
