import { act, screen, waitFor, within } from "@testing-library/react";
import { expect, test } from "vitest";
import type { Schemas } from "@/api/types";
import { expectAccessible } from "../../../testing/axe";
import { refuse, unreachable, type Handlers } from "../../../testing/fake-api";
import { full } from "../../../testing/full-api";
import * as made from "../../../testing/made";
import { renderRoute } from "../../../testing/render-route";

const sailing = made.fact();

/** The API with facts that can change. */
function withFacts(facts: Schemas["Fact"][], more: Handlers = {}) {
  const state = { facts };
  const handlers: Handlers = {
    ...full,
    "GET /v1/facts": () => ({ ...made.lastPage, facts: state.facts }),
    ...more,
  };
  return { state, handlers };
}

async function choose(user: Awaited<ReturnType<typeof renderRoute>>["user"], command: string) {
  await user.click(await screen.findByRole("button", { name: "What to do with “Teaches sailing”" }));
  await user.click(await screen.findByRole("menuitem", { name: command }));
}

test("adds a fact in one's own words; the same press again is the same fact", async () => {
  const sent: { body: unknown; key: string | null }[] = [];
  const { state, handlers } = withFacts([sailing], {
    "POST /v1/facts": ({ body, headers }) => {
      sent.push({ body, key: headers.get("idempotency-key") });
      if (sent.length === 1) throw unreachable();
      const fact = made.fact({ name: "facts/f9", facet: "FACET_GOAL", text: "Learn to weave" });
      state.facts = [fact, ...state.facts];
      return fact;
    },
  });
  const { user } = await renderRoute("/profile", handlers);
  await user.click(await screen.findByRole("button", { name: "Add a statement: Goals" }));
  const dialog = await screen.findByRole("dialog", { name: "Add a statement" });
  await user.click(within(dialog).getByRole("button", { name: "Save" }));
  expect(within(dialog).getByRole("alert")).toHaveTextContent("Write what you want to say.");
  await user.type(within(dialog).getByRole("textbox", { name: "Statement" }), " Learn to weave ");
  await user.click(within(dialog).getByRole("button", { name: "Save" }));
  expect(await within(dialog).findByText(/cannot be reached/)).toBeVisible();
  await expectAccessible(dialog);
  await user.click(within(dialog).getByRole("button", { name: "Save" }));
  expect(await screen.findByText("Learn to weave")).toBeVisible();
  expect(screen.getByText("Added.")).toBeInTheDocument();
  expect(sent.map(({ body }) => body)).toEqual(
    Array(2).fill({ fact: { facet: "FACET_GOAL", text: "Learn to weave" } }),
  );
  expect(sent[0]?.key).toBe(sent[1]?.key);
});

test("edits a fact, and sends only what is new", async () => {
  let sent: unknown;
  const { state, handlers } = withFacts([sailing], {
    "PATCH /v1/facts/{fact}": ({ path, query, body }) => {
      sent = { path, query, body };
      const fact = made.fact({ text: "Teaches dinghies", source: "SOURCE_USER", etag: "e2" });
      state.facts = [fact];
      return fact;
    },
  });
  const { user } = await renderRoute("/profile", handlers);
  await choose(user, "Edit");
  const dialog = await screen.findByRole("dialog", { name: "Edit the statement" });
  const text = within(dialog).getByRole("textbox", { name: "Statement" });
  await user.clear(text);
  await user.type(text, "Teaches dinghies");
  await user.click(within(dialog).getByRole("button", { name: "Save" }));
  expect(await screen.findByText("Teaches dinghies")).toBeVisible();
  await waitFor(() => expect(dialog).not.toBeInTheDocument());
  expect(sent).toEqual({
    path: { fact: "f1" },
    query: { updateMask: "text" },
    body: { text: "Teaches dinghies", etag: "e1" },
  });
  expect(screen.getByText("In your words. You had said:")).toBeVisible();
});

test("tells that a fact was changed meanwhile, what it says now, and lets the person decide", async () => {
  const sent: unknown[] = [];
  const { state, handlers } = withFacts([sailing], {
    "PATCH /v1/facts/{fact}": ({ body }) => {
      sent.push(body);
      if (sent.length === 1) {
        state.facts = [made.fact({ text: "Teaches knots", etag: "e2" })];
        throw refuse(409, "CONCURRENT_CHANGE");
      }
      state.facts = [made.fact({ text: "Teaches sailing well", etag: "e3" })];
      return made.fact({ text: "Teaches sailing well", etag: "e3" });
    },
  });
  const { user } = await renderRoute("/profile", handlers);
  await choose(user, "Edit");
  const dialog = await screen.findByRole("dialog", { name: "Edit the statement" });
  await user.type(within(dialog).getByRole("textbox", { name: "Statement" }), " well");
  await user.click(within(dialog).getByRole("button", { name: "Save" }));
  const told = await within(dialog).findByRole("alert");
  expect(told).toHaveTextContent("This was changed somewhere else meanwhile");
  expect(told).toHaveTextContent("It now reads, under To offer: “Teaches knots”");
  expect(within(dialog).getByRole("textbox", { name: "Statement" })).toHaveValue("Teaches sailing well");
  await user.click(within(dialog).getByRole("button", { name: "Save" }));
  expect(await screen.findByText("Teaches sailing well")).toBeVisible();
  expect(sent).toEqual([
    { text: "Teaches sailing well", etag: "e1" },
    { text: "Teaches sailing well", etag: "e2" },
  ]);
});

test("tells that a fact was deleted meanwhile", async () => {
  const { state, handlers } = withFacts([sailing, made.fact({ name: "facts/f2", text: "Cooks" })], {
    "PATCH /v1/facts/{fact}": () => {
      state.facts = state.facts.slice(1);
      throw refuse(404, "FACT_NOT_FOUND");
    },
  });
  const { user } = await renderRoute("/profile", handlers);
  await choose(user, "Edit");
  const dialog = await screen.findByRole("dialog");
  await user.type(within(dialog).getByRole("textbox", { name: "Statement" }), " well");
  await user.click(within(dialog).getByRole("button", { name: "Save" }));
  expect(await within(dialog).findByRole("alert")).toHaveTextContent("was deleted meanwhile");
  expect(within(dialog).getByRole("button", { name: "Save" })).toBeDisabled();
});

test("hides a fact at once", async () => {
  let sent: unknown;
  let finish: () => void = () => undefined;
  const { state, handlers } = withFacts([sailing], {
    "PATCH /v1/facts/{fact}": async ({ query, body }) => {
      sent = { query, body };
      await new Promise<void>((resolve) => (finish = resolve));
      state.facts = [made.fact({ hidden: true, etag: "e2" })];
      return made.fact({ hidden: true, etag: "e2" });
    },
  });
  const { user } = await renderRoute("/profile", handlers);
  await choose(user, "Hide from others");
  expect(await screen.findByText("Hidden: only you see it")).toBeVisible();
  await waitFor(() =>
    expect(sent).toEqual({ query: { updateMask: "hidden" }, body: { hidden: true, etag: "e1" } }),
  );
  expect(screen.queryByText("Hidden. Only you see it.")).not.toBeInTheDocument();
  act(() => finish());
  expect(await screen.findByText("Hidden. Only you see it.")).toBeInTheDocument();
  expect(screen.getByText("Hidden: only you see it")).toBeVisible();
});

test("shows a fact again as it is when hiding it failed, and says so", async () => {
  const { handlers } = withFacts([sailing], {
    "PATCH /v1/facts/{fact}": () => {
      throw refuse(409, "CONCURRENT_CHANGE");
    },
  });
  const { user } = await renderRoute("/profile", handlers);
  await choose(user, "Hide from others");
  expect(await screen.findByRole("alert")).toHaveTextContent("This was changed somewhere else meanwhile");
  expect(screen.queryByText("Hidden: only you see it")).not.toBeInTheDocument();
});

test("deletes a fact after asking, and leaves the keyboard at its facet", async () => {
  const deleted: string[] = [];
  const { state, handlers } = withFacts([sailing, made.fact({ name: "facts/f2", text: "Cooks" })], {
    "DELETE /v1/facts/{fact}": ({ path }) => {
      deleted.push(path.fact);
      state.facts = state.facts.slice(1);
      return {};
    },
  });
  const { user } = await renderRoute("/profile", handlers);
  await choose(user, "Delete …");
  const dialog = await screen.findByRole("alertdialog", { name: "Delete this statement?" });
  await expectAccessible(dialog);
  await user.click(within(dialog).getByRole("button", { name: "Cancel" }));
  expect(deleted).toEqual([]);
  await choose(user, "Delete …");
  await user.click(await screen.findByRole("button", { name: "Delete" }));
  await waitFor(() => expect(screen.queryByText("Teaches sailing")).not.toBeInTheDocument());
  expect(deleted).toEqual(["f1"]);
  expect(screen.getByText("Deleted.")).toBeInTheDocument();
  await waitFor(() => expect(screen.getByRole("heading", { name: "To offer" })).toHaveFocus());
});

test("a fact that could not be deleted stays, and the reason is told", async () => {
  const { handlers } = withFacts([sailing], {
    "DELETE /v1/facts/{fact}": () => {
      throw refuse(503, "UNAVAILABLE");
    },
  });
  const { user } = await renderRoute("/profile", handlers);
  await choose(user, "Delete …");
  await user.click(await screen.findByRole("button", { name: "Delete" }));
  const dialog = screen.getByRole("alertdialog");
  expect(await within(dialog).findByText(/cannot answer at the moment/)).toBeVisible();
  await user.click(within(dialog).getByRole("button", { name: "Cancel" }));
  expect(await screen.findByText("Teaches sailing")).toBeVisible();
});
