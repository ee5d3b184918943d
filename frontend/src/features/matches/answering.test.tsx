import { screen, waitFor, within } from "@testing-library/react";
import { expect, test } from "vitest";
import type { Schemas } from "@/api/types";
import { expectAccessible } from "../../../testing/axe";
import { refuse, type Handlers } from "../../../testing/fake-api";
import * as made from "../../../testing/made";
import { block, explanation, wholeMatch } from "../../../testing/made-matches";
import { renderRoute } from "../../../testing/render-route";

const list: Handlers = {
  "GET /v1/matches": () => ({ ...made.lastPage, matches: [wholeMatch()] }),
  "GET /v1/matches:explain": () => explanation(),
};

const elena = () => screen.findByRole("article", { name: "Elena Vargas" });

async function choose(user: Awaited<ReturnType<typeof renderRoute>>["user"], command: string) {
  await user.click(await screen.findByRole("button", { name: "More about Elena Vargas" }));
  await user.click(await screen.findByRole("menuitem", { name: command }));
}

test("a like is sent, and told to nobody", async () => {
  const sent: unknown[] = [];
  const { user } = await renderRoute("/matches", {
    ...list,
    "POST /v1/matches/{match}:react": ({ path, body, headers }) => {
      sent.push([path.match, body, headers.has("idempotency-key")]);
      return { match: wholeMatch("m1", { reaction: "REACTION_LIKE" }) };
    },
  });
  const like = await screen.findByRole("button", { name: "Like" });
  expect(like).toHaveAccessibleDescription("Elena Vargas");
  await user.click(like);
  const card = await elena();
  expect(await within(card).findByText(/They learn of it only if they like you too/)).toBeVisible();
  expect(sent).toEqual([["m1", { reaction: "REACTION_LIKE" }, true]]);
  expect(card).toHaveFocus();
  expect(screen.getAllByText(/They learn of it only if/)).toHaveLength(2); // the card and the live region
  await expectAccessible(document.body);
});

test("two likes are a connection", async () => {
  const { user } = await renderRoute("/matches", {
    ...list,
    "POST /v1/matches/{match}:react": () => ({
      match: wholeMatch("m1", { reaction: "REACTION_LIKE", connected: true }),
    }),
  });
  await user.click(await screen.findByRole("button", { name: "Like" }));
  const card = await elena();
  expect(await within(card).findByText("It is mutual")).toBeVisible();
  expect(within(card).getByRole("link", { name: "See your connections" })).toHaveAttribute(
    "href",
    "/connections",
  );
  expect(screen.queryByRole("button", { name: "Like" })).not.toBeInTheDocument();
  await expectAccessible(document.body);
});

test("a pass makes the card small, and can be taken back by a like", async () => {
  const sent: unknown[] = [];
  const { user } = await renderRoute("/matches", {
    ...list,
    "POST /v1/matches/{match}:react": ({ body }) => {
      sent.push(body.reaction);
      return { match: wholeMatch("m1", { reaction: body.reaction }) };
    },
  });
  await user.click(await screen.findByRole("button", { name: "Pass" }));
  const card = await elena();
  expect(await within(card).findByText(/You passed on Elena Vargas/)).toBeVisible();
  expect(within(card).queryByText(/offers what you seek/)).not.toBeInTheDocument();
  await user.click(within(card).getByRole("button", { name: "Like after all" }));
  expect(await within(card).findByText(/offers what you seek/)).toBeVisible();
  expect(sent).toEqual(["REACTION_PASS", "REACTION_LIKE"]);
});

test("an answer that fails is told, and nothing pretends otherwise", async () => {
  let tries = 0;
  const { user } = await renderRoute("/matches", {
    ...list,
    "POST /v1/matches/{match}:react": () => {
      tries++;
      throw refuse(404, "MATCH_NOT_FOUND");
    },
  });
  await user.click(await screen.findByRole("button", { name: "Like" }));
  expect(await screen.findByText(/not among your matches, or no longer/)).toBeVisible();
  expect(screen.getByRole("button", { name: "Like" })).toBeVisible();
  expect(tries).toBe(1);
});

test("a block is asked for first, then in force, and can be ended", async () => {
  const sent: string[] = [];
  const { user } = await renderRoute("/matches", {
    ...list,
    "POST /v1/matches/{match}:block": ({ path }) => {
      sent.push(`block ${path.match}`);
      return block();
    },
    "POST /v1/blocks/{block}:unblock": ({ path }) => {
      sent.push(`unblock ${path.block}`);
      return {};
    },
  });
  await choose(user, "Block");
  const dialog = await screen.findByRole("alertdialog", { name: "Block Elena Vargas?" });
  expect(dialog).toHaveTextContent("You become invisible to each other");
  await expectAccessible(dialog);
  await user.click(within(dialog).getByRole("button", { name: "Cancel" }));
  expect(sent).toEqual([]);

  await choose(user, "Block");
  await user.click(within(await screen.findByRole("alertdialog")).getByRole("button", { name: "Block" }));
  const card = await elena();
  expect(await within(card).findByText(/can no longer see each other/)).toBeVisible();
  expect(within(card).queryByRole("link")).not.toBeInTheDocument();
  await waitFor(() => expect(screen.queryByRole("alertdialog")).not.toBeInTheDocument());

  await user.click(within(card).getByRole("button", { name: "End the block" }));
  expect(await within(card).findByRole("link", { name: "Elena Vargas" })).toBeVisible();
  expect(sent).toEqual(["block m1", "unblock b1"]);
});

test("a report is sent with its reason and text, and with a block unless that is not wanted", async () => {
  const sent: (Schemas["ReportUserRequest"] | undefined)[] = [];
  const { user } = await renderRoute("/matches", {
    ...list,
    "POST /v1/matches/{match}:report": ({ body }) => {
      sent.push(body);
      return made.report();
    },
  });
  await choose(user, "Report");
  const dialog = within(await screen.findByRole("dialog", { name: "Report Elena Vargas" }));
  await user.click(dialog.getByRole("button", { name: "Send the report" }));
  expect(await dialog.findByText("Please choose what is wrong.")).toBeVisible();
  await user.click(dialog.getByRole("radio", { name: "Something else" }));
  await user.click(dialog.getByRole("button", { name: "Send the report" }));
  expect(await dialog.findByText("Please say in a few words what it is.")).toBeVisible();
  await user.click(dialog.getByRole("radio", { name: "Somebody is in danger" }));
  expect(dialog.getByText(/call the emergency services first/)).toBeVisible();
  await expectAccessible(screen.getByRole("dialog"));
  await user.type(dialog.getByRole("textbox"), " Says so. ");
  await user.click(dialog.getByRole("switch", { name: "Block Elena Vargas too" }));
  await user.click(dialog.getByRole("button", { name: "Send the report" }));
  expect(await screen.findByRole("dialog", { name: "The report was sent" })).toBeVisible();
  expect(sent).toEqual([{ category: "CATEGORY_DANGER", comment: "Says so.", block: false }]);
  await user.click(screen.getByRole("button", { name: "Close" }));
  expect(await screen.findByRole("link", { name: "Elena Vargas" })).toBeVisible();
});

test("a report with a block makes both invisible", async () => {
  const { user } = await renderRoute("/matches", {
    ...list,
    "POST /v1/matches/{match}:report": ({ body }) => {
      expect(body.block).toBe(true);
      return made.report();
    },
  });
  await choose(user, "Report");
  const dialog = within(await screen.findByRole("dialog"));
  await user.click(dialog.getByRole("radio", { name: "Harassment" }));
  await user.click(dialog.getByRole("button", { name: "Send the report" }));
  await user.click(await screen.findByRole("button", { name: "Close" }));
  const card = await elena();
  expect(await within(card).findByText(/can no longer see each other/)).toBeVisible();
  expect(within(card).getByRole("link", { name: "People you blocked" })).toHaveAttribute(
    "href",
    "/connections",
  );
});
