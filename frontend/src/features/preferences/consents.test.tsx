import { screen, waitFor, within } from "@testing-library/react";
import { expect, test } from "vitest";
import type { Schemas } from "@/api/types";
import { expectAccessible } from "../../../testing/axe";
import { refuse, unreachable, type Handlers } from "../../../testing/fake-api";
import { full } from "../../../testing/full-api";
import * as madeProfile from "../../../testing/made-profile";
import { renderRoute } from "../../../testing/render-route";

/** The API with consents that can change. */
function withConsents(consents = madeProfile.consents) {
  const state = { consents, sent: [] as unknown[] };
  const handlers: Handlers = {
    ...full,
    "GET /v1/consents": () => ({ consents: state.consents }),
    "POST /v1/consents:set": ({ body }) => {
      state.sent.push(body);
      return decide(state, body.purpose, body.granted ?? false);
    },
  };
  return { state, handlers };
}

function decide(state: { consents: Schemas["Consent"][] }, purpose: Schemas["Purpose"], granted: boolean) {
  const decided = madeProfile.consent(purpose, {
    granted,
    version: 1,
    etag: "c1",
    updateTime: "2026-11-05T10:00:00Z",
  });
  state.consents = state.consents.map((consent) => (consent.purpose === purpose ? decided : consent));
  return decided;
}

async function open(handlers: Handlers) {
  const { user } = await renderRoute("/preferences", handlers);
  await screen.findByRole("heading", { name: "Write down what I say" });
  const item = (title: string) => {
    const found = screen.getByRole("heading", { name: title }).closest("li");
    if (!found) throw new Error(`no consent ${title}`);
    return within(found);
  };
  return { user, item };
}

test("says of each consent what holds, and what happens with and without it", async () => {
  const { item } = await open(full);
  for (const title of [
    "Write down what I say",
    "Let a model elsewhere read it",
    "Match me with others",
    "Let matches hear me",
  ]) {
    expect(item(title).getByText("While you agree")).toBeVisible();
    expect(item(title).getByText("While you do not")).toBeVisible();
    expect(item(title).getByText("When you withdraw it")).toBeVisible();
  }
  expect(item("Match me with others").getByText(/^Holds because you use Timbre/)).toBeVisible();
  expect(item("Let a model elsewhere read it").getByText("Off until you agree.")).toBeVisible();
  expect(item("Let matches hear me").getByText("You agreed on Nov 2, 2026.")).toBeVisible();
});

test("gives a consent, and says so only once it holds", async () => {
  const { state, handlers } = withConsents();
  let finish: () => void = () => undefined;
  const { user, item } = await open({
    ...handlers,
    "POST /v1/consents:set": async ({ body }) => {
      state.sent.push(body);
      await new Promise<void>((resolve) => (finish = resolve));
      return decide(state, body.purpose, body.granted ?? false);
    },
  });
  const external = item("Let a model elsewhere read it");
  await user.click(external.getByRole("button", { name: /^Agree/ }));
  await waitFor(() => expect(state.sent).toHaveLength(1));
  expect(external.getByText("Off until you agree.")).toBeVisible();
  finish();
  expect(await external.findByText("You agreed on Nov 5, 2026.")).toBeVisible();
  expect(screen.getByText("You agree: Let a model elsewhere read it.")).toBeInTheDocument();
  expect(state.sent).toEqual([
    { purpose: "PURPOSE_EXTERNAL_ANALYSIS", granted: true, terms: "2026-11", etag: "c0" },
  ]);
});

test("asks before something goes for good", async () => {
  const { state, handlers } = withConsents();
  const { user, item } = await open(handlers);
  await user.click(item("Write down what I say").getByRole("button", { name: /^Withdraw/ }));
  const dialog = await screen.findByRole("alertdialog", { name: "Withdraw: Write down what I say?" });
  expect(within(dialog).getByText(/leaves your profile and its history at once/)).toBeVisible();
  await expectAccessible(dialog);
  await user.click(within(dialog).getByRole("button", { name: "Cancel" }));
  expect(state.sent).toEqual([]);
  await user.click(item("Write down what I say").getByRole("button", { name: /^Withdraw/ }));
  await user.click(within(await screen.findByRole("alertdialog")).getByRole("button", { name: "Withdraw" }));
  expect(await screen.findByText("You said no on Nov 5, 2026.")).toBeInTheDocument();
  await waitFor(() => expect(screen.queryByRole("alertdialog")).not.toBeInTheDocument());
  expect(state.sent).toEqual([
    { purpose: "PURPOSE_TRANSCRIBE", granted: false, terms: "2026-11", etag: "c0" },
  ]);
});

test("withdraws at once what can be given back", async () => {
  const { state, handlers } = withConsents();
  const { user, item } = await open(handlers);
  await user.click(item("Let matches hear me").getByRole("button", { name: /^Withdraw/ }));
  expect(await screen.findByText("Withdrawn: Let matches hear me.")).toBeInTheDocument();
  expect(state.sent).toEqual([
    { purpose: "PURPOSE_SHARE_CLIPS", granted: false, terms: "2026-11", etag: "c1" },
  ]);
});

test("tells when a decision was made elsewhere, and shows what holds now", async () => {
  const { state, handlers } = withConsents();
  const { user, item } = await open({
    ...handlers,
    "POST /v1/consents:set": () => {
      decide(state, "PURPOSE_MATCHING", false);
      throw refuse(409, "CONCURRENT_CHANGE");
    },
  });
  const matching = item("Match me with others");
  await user.click(matching.getByRole("button", { name: /^Withdraw/ }));
  expect(await matching.findByRole("alert")).toHaveTextContent("This was decided somewhere else meanwhile");
  expect(matching.getByText("You said no on Nov 5, 2026.")).toBeVisible();
  expect(matching.getByRole("button", { name: /^Agree/ })).toBeVisible();
});

test("says that a decision did not arrive, and tries again", async () => {
  let works = false;
  const { state, handlers } = withConsents();
  const { user, item } = await open({
    ...handlers,
    "POST /v1/consents:set": ({ body }) => {
      if (!works) throw unreachable();
      return decide(state, body.purpose, body.granted ?? false);
    },
  });
  const clips = item("Let matches hear me");
  await user.click(clips.getByRole("button", { name: /^Withdraw/ }));
  expect(await clips.findByRole("alert")).toHaveTextContent("cannot be reached");
  expect(clips.getByText("You agreed on Nov 2, 2026.")).toBeVisible();
  works = true;
  await user.click(clips.getByRole("button", { name: "Try again" }));
  expect(await clips.findByText("You said no on Nov 5, 2026.")).toBeVisible();
});
