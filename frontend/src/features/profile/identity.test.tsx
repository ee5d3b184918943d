import { screen, waitFor, within } from "@testing-library/react";
import { expect, test } from "vitest";
import type { Schemas } from "@/api/types";
import { expectAccessible } from "../../../testing/axe";
import { refuse, type Handlers } from "../../../testing/fake-api";
import { full } from "../../../testing/full-api";
import * as made from "../../../testing/made";
import { renderRoute } from "../../../testing/render-route";

/** The API with a profile that refuses another etag than its own. */
function withProfile(profile: Schemas["Profile"]) {
  const state = { profile, sent: [] as unknown[] };
  const handlers: Handlers = {
    ...full,
    "GET /v1/profile": () => state.profile,
    "PATCH /v1/profile": ({ query, body }) => {
      state.sent.push({ query, body });
      if (body.etag !== state.profile.etag) throw refuse(409, "CONCURRENT_CHANGE");
      state.profile = { ...state.profile, ...body, etag: `${body.etag}+` };
      return state.profile;
    },
  };
  return { state, handlers };
}

async function openDialog(handlers: Handlers) {
  const { user } = await renderRoute("/profile", handlers);
  await user.click(await screen.findByRole("button", { name: "Edit" }));
  return { user, dialog: await screen.findByRole("dialog") };
}

test("shows a headline that was selected as the sentence it is", async () => {
  const { handlers } = withProfile(made.profile({ headlineSelected: true, headline: "I build boats." }));
  await renderRoute("/profile", handlers);
  expect(await screen.findByText("I build boats.")).toBeVisible();
  expect(screen.getByText("Chosen from what you said. Write another one if you like.")).toBeVisible();
});

test("says that there is no name, headline or language yet", async () => {
  const { handlers } = withProfile(made.profile({ displayName: "", headline: "", languages: [] }));
  await renderRoute("/profile", handlers);
  expect(await screen.findByRole("heading", { name: "No name yet" })).toBeVisible();
  expect(screen.getByText("No line about you yet.")).toBeVisible();
  expect(screen.getByText("You have not said which languages you speak.")).toBeVisible();
});

test("says while the matching does not know the last change, and asks until it does", async () => {
  const { state, handlers } = withProfile(made.profile({ version: "10", indexedVersion: "9" }));
  await renderRoute("/profile", handlers);
  const told = /^Your last change is being taken in/;
  expect(await screen.findByText(told)).toBeVisible();
  state.profile = made.profile({ version: "10", indexedVersion: "10" });
  await waitFor(() => expect(screen.queryByText(told)).not.toBeInTheDocument());
});

test("changes what was changed, and nothing else", async () => {
  const { state, handlers } = withProfile(made.profile({ headlineSelected: true }));
  const { user, dialog } = await openDialog(handlers);
  await expectAccessible(dialog);
  const name = within(dialog).getByRole("textbox", { name: "Name" });
  await user.clear(name);
  await user.click(within(dialog).getByRole("button", { name: "Save" }));
  expect(within(dialog).getByRole("alert")).toHaveTextContent("Others need something to call you.");
  await user.type(name, "Ada L.");
  await user.click(within(dialog).getByRole("button", { name: "Save" }));
  expect(await screen.findByRole("heading", { name: "Ada L." })).toBeVisible();
  await waitFor(() => expect(dialog).not.toBeInTheDocument());
  expect(screen.getByText("Saved.")).toBeInTheDocument();
  expect(state.sent).toEqual([
    { query: { updateMask: "displayName" }, body: { displayName: "Ada L.", etag: "p1" } },
  ]);
});

test("adds and removes languages", async () => {
  const { state, handlers } = withProfile(made.profile());
  const { user, dialog } = await openDialog(handlers);
  await user.click(within(dialog).getByRole("button", { name: /Add a language/ }));
  await user.click(await screen.findByRole("option", { name: "Spanish" }));
  await user.click(within(dialog).getByRole("button", { name: /^Remove English/ }));
  await user.click(within(dialog).getByRole("button", { name: "Save" }));
  expect(await screen.findByText("You speak Spanish.")).toBeVisible();
  expect(state.sent).toEqual([
    { query: { updateMask: "languages" }, body: { languages: ["es"], etag: "p1" } },
  ]);
});

test("a change of something else meanwhile is none of the person's concern", async () => {
  const { state, handlers } = withProfile(made.profile());
  const { user, dialog } = await openDialog(handlers);
  state.profile = made.profile({ etag: "p2", languages: ["en", "fr"] });
  await user.type(within(dialog).getByRole("textbox", { name: "Name" }), " L.");
  await user.click(within(dialog).getByRole("button", { name: "Save" }));
  expect(await screen.findByRole("heading", { name: "Ada L." })).toBeVisible();
  expect(await screen.findByText("You speak English and French.")).toBeVisible();
  expect(state.sent.at(-1)).toEqual({
    query: { updateMask: "displayName" },
    body: { displayName: "Ada L.", etag: "p2" },
  });
});

test("a change of the same thing meanwhile is told, and replaced only when the person says so", async () => {
  const { state, handlers } = withProfile(made.profile());
  const { user, dialog } = await openDialog(handlers);
  state.profile = made.profile({ etag: "p2", displayName: "Augusta" });
  await user.type(within(dialog).getByRole("textbox", { name: "Name" }), " L.");
  await user.click(within(dialog).getByRole("button", { name: "Save" }));
  expect(await within(dialog).findByRole("alert")).toHaveTextContent("The name is now “Augusta”.");
  expect(state.profile.displayName).toBe("Augusta");
  await user.click(within(dialog).getByRole("button", { name: "Save mine" }));
  expect(await screen.findByRole("heading", { name: "Ada L." })).toBeVisible();
  expect(state.sent.at(-1)).toEqual({
    query: { updateMask: "displayName" },
    body: { displayName: "Ada L.", etag: "p2" },
  });
});

test("keeps what was entered when saving failed", async () => {
  const { handlers } = withProfile(made.profile());
  const { user, dialog } = await openDialog({
    ...handlers,
    "PATCH /v1/profile": () => {
      throw refuse(503, "UNAVAILABLE");
    },
  });
  await user.type(within(dialog).getByRole("textbox", { name: "Name" }), " L.");
  await user.click(within(dialog).getByRole("button", { name: "Save" }));
  expect(await within(dialog).findByRole("alert")).toHaveTextContent("cannot answer at the moment");
  expect(within(dialog).getByRole("textbox", { name: "Name" })).toHaveValue("Ada L.");
});
