import { screen, waitFor, within } from "@testing-library/react";
import { expect, test } from "vitest";
import { expectAccessible } from "../../../testing/axe";
import { refuse, type Handlers } from "../../../testing/fake-api";
import { full } from "../../../testing/full-api";
import * as made from "../../../testing/made";
import * as madeProfile from "../../../testing/made-profile";
import { renderRoute } from "../../../testing/render-route";

async function openView(name: string, handlers: Handlers = full) {
  const { user } = await renderRoute("/profile", handlers);
  await user.click(await screen.findByRole("tab", { name }));
  return { user, panel: await screen.findByRole("tabpanel", { name }) };
}

test("shows what others see, without what is hidden or ruled out", async () => {
  const { panel } = await openView("As others see you");
  expect(await within(panel).findByText("Speaks English and Spanish")).toBeVisible();
  expect(within(panel).getByText("Teaches sailing")).toBeVisible();
  expect(within(panel).queryByText("Cross the Channel in a boat I built")).not.toBeInTheDocument();
  expect(within(panel).queryByText("Nothing with cryptocurrencies")).not.toBeInTheDocument();
  expect(within(panel).getByText("Others can read these, and cannot hear you.")).toBeVisible();
  await expectAccessible(document.body);
});

test("says when nobody is shown me, and when others can hear me", async () => {
  const { panel } = await openView("As others see you", {
    ...full,
    "GET /v1/profile/card": () => madeProfile.card({ visible: false, clipsShared: true, facts: [] }),
  });
  expect(await within(panel).findByText(/^Nobody is shown you at the moment/)).toBeVisible();
  expect(within(panel).getByRole("link", { name: "your consents" })).toHaveAttribute("href", "/preferences");
  expect(within(panel).getByText("Whoever sees one of these may also hear you say it.")).toBeVisible();
  expect(within(panel).getByText("There is nothing to show yet.")).toBeVisible();
});

test("hides me at once", async () => {
  let sent: unknown;
  let profile = made.profile();
  const { user, panel } = await openView("As others see you", {
    ...full,
    "GET /v1/profile": () => profile,
    "PATCH /v1/profile": ({ query, body }) => {
      sent = { query, body };
      return (profile = made.profile({ visibility: "VISIBILITY_HIDDEN", etag: "p2" }));
    },
  });
  const visible = await within(panel).findByRole("switch", { name: "Others can find you" });
  expect(visible).toBeChecked();
  await user.click(visible);
  expect(visible).not.toBeChecked();
  expect(await screen.findByText("Nobody new can find you.")).toBeInTheDocument();
  expect(visible).not.toBeChecked();
  expect(sent).toEqual({
    query: { updateMask: "visibility" },
    body: { visibility: "VISIBILITY_HIDDEN", etag: "p1" },
  });
});

test("moves back when hiding me failed, and says so", async () => {
  const { user, panel } = await openView("As others see you", {
    ...full,
    "PATCH /v1/profile": () => {
      throw refuse(503, "UNAVAILABLE");
    },
  });
  const visible = await within(panel).findByRole("switch", { name: "Others can find you" });
  await user.click(visible);
  expect(await screen.findByRole("alert")).toHaveTextContent("cannot answer at the moment");
  expect(visible).toBeChecked();
});

test("shows the history, and what each version changed", async () => {
  const asked: unknown[] = [];
  const { user, panel } = await openView("History", {
    ...full,
    "GET /v1/profile/versions:diff": ({ query }) => {
      asked.push(query);
      return madeProfile.diff();
    },
  });
  expect(await within(panel).findByText("You changed a statement")).toBeVisible();
  expect(within(panel).getByText("As it is now")).toBeVisible();
  const open = within(panel).getByRole("button", { name: "What changed (version 3)" });
  await user.click(open);
  expect(await within(panel).findByText("Teaches sailing to children", { exact: false })).toBeVisible();
  expect(open).toHaveAttribute("aria-expanded", "true");
  expect(asked).toEqual([{ fromVersion: "2", toVersion: "3" }]);
  expect(within(panel).getByText("English and Spanish")).toBeVisible();
  expect(within(panel).getByText("Nobody can find you")).toBeVisible();
  await expectAccessible(document.body);
});

test("the first version is compared with nothing", async () => {
  const { user, panel } = await openView("History");
  await user.click(await within(panel).findByRole("button", { name: "What changed (version 1)" }));
  expect(within(panel).getAllByText("Added")).toHaveLength(2);
});

test("says that there is no history yet", async () => {
  const { panel } = await openView("History", {
    ...full,
    "GET /v1/profile/versions": () => ({ ...made.lastPage, versions: [] }),
  });
  expect(await within(panel).findByRole("heading", { name: "There is no history yet" })).toBeVisible();
});

test("goes back to a version after showing what that changes", async () => {
  let sent: unknown;
  let compared: unknown;
  const { user, panel } = await openView("History", {
    ...full,
    "GET /v1/profile/versions:diff": ({ query }) => {
      compared = query;
      return madeProfile.diff();
    },
    "POST /v1/profile/versions/{version}:restore": ({ path, body }) => {
      sent = { path, body };
      return made.profile({ version: "4", indexedVersion: "4", etag: "p2" });
    },
  });
  await user.click(await within(panel).findByRole("button", { name: "Go back to this … (version 1)" }));
  const dialog = await screen.findByRole("dialog", { name: "Go back to version 1?" });
  expect(await within(dialog).findByText("Likes bread", { exact: false })).toBeVisible();
  // Who can find me does not come back, so it is not promised.
  expect(within(dialog).queryByText("Nobody can find you")).not.toBeInTheDocument();
  expect(compared).toEqual({ fromVersion: "3", toVersion: "1" });
  await expectAccessible(dialog);
  await user.click(within(dialog).getByRole("button", { name: "Go back" }));
  expect(await screen.findByText("Your profile is as it was in version 1.")).toBeInTheDocument();
  await waitFor(() => expect(dialog).not.toBeInTheDocument());
  expect(sent).toEqual({ path: { version: "1" }, body: { etag: "p1" } });
});

test("does not go back past a change that was not seen", async () => {
  let profile = made.profile();
  const sent: unknown[] = [];
  const { user, panel } = await openView("History", {
    ...full,
    "GET /v1/profile": () => profile,
    "POST /v1/profile/versions/{version}:restore": ({ body }) => {
      sent.push(body);
      if (body.etag === "p1") {
        profile = made.profile({ version: "4", indexedVersion: "4", etag: "p2" });
        throw refuse(409, "CONCURRENT_CHANGE");
      }
      return made.profile({ version: "5", indexedVersion: "5", etag: "p3" });
    },
  });
  await user.click(await within(panel).findByRole("button", { name: "Go back to this … (version 2)" }));
  const dialog = await screen.findByRole("dialog");
  const confirm = within(dialog).getByRole("button", { name: "Go back" });
  await waitFor(() => expect(confirm).toBeEnabled());
  await user.click(confirm);
  expect(await within(dialog).findByRole("alert")).toHaveTextContent("look at it again before you go back");
  await waitFor(() => expect(confirm).toBeEnabled());
  await user.click(confirm);
  expect(await screen.findByText("Your profile is as it was in version 2.")).toBeInTheDocument();
  expect(sent).toEqual([{ etag: "p1" }, { etag: "p2" }]);
});
