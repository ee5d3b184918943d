import { screen, waitFor, within } from "@testing-library/react";
import { expect, test } from "vitest";
import { expectAccessible } from "../../../testing/axe";
import { refuse, unreachable, type Handlers } from "../../../testing/fake-api";
import * as made from "../../../testing/made";
import { block } from "../../../testing/made-matches";
import { renderRoute } from "../../../testing/render-route";

const nobody: Handlers = {
  "GET /v1/connections": () => ({ ...made.lastPage, connections: [] }),
  "GET /v1/blocks": () => ({ ...made.lastPage, blocks: [] }),
};

const one: Handlers = {
  ...nobody,
  "GET /v1/connections": () => ({ ...made.lastPage, connections: [made.connection()] }),
};

test("a connection says who, since when, and leads to the reasons", async () => {
  await renderRoute("/connections", one);
  const list = within(await screen.findByRole("list", { name: "Connections" }));
  expect(list.getByRole("link", { name: "Elena Vargas" })).toHaveAttribute("href", "/matches/m1");
  expect(list.getByText("Since Nov 2, 2026")).toBeVisible();
  expect(list.getByText("Photographs what hands make")).toBeVisible();
  await expectAccessible(document.body);
});

test("more connections come by page tokens", async () => {
  const { user } = await renderRoute("/connections", {
    ...nobody,
    "GET /v1/connections": ({ query }) =>
      query.pageToken === "two"
        ? { ...made.lastPage, connections: [made.connection({ name: "connections/c2" })] }
        : { connections: [made.connection()], nextPageToken: "two" },
  });
  await user.click(await screen.findByRole("button", { name: "Show more" }));
  await waitFor(() => expect(screen.getAllByRole("link", { name: "Elena Vargas" })).toHaveLength(2));
});

test("without connections and blocks it says how there would be some", async () => {
  await renderRoute("/connections", nobody);
  expect(await screen.findByRole("heading", { name: "No connections yet" })).toBeVisible();
  expect(screen.getByRole("link", { name: "See your matches" })).toHaveAttribute("href", "/matches");
  expect(await screen.findByText(/Nobody. You can block people/)).toBeVisible();
  await expectAccessible(document.body);
});

test("a connection can be blocked from here", async () => {
  const blocked: string[] = [];
  const { user } = await renderRoute("/connections", {
    ...one,
    "POST /v1/matches/{match}:block": ({ path }) => {
      blocked.push(path.match);
      return block();
    },
  });
  await user.click(await screen.findByRole("button", { name: "More about Elena Vargas" }));
  await user.click(await screen.findByRole("menuitem", { name: "Block" }));
  await user.click(within(await screen.findByRole("alertdialog")).getByRole("button", { name: "Block" }));
  expect(await screen.findByText(/can no longer see each other/, { selector: "li *" })).toBeVisible();
  expect(screen.queryByRole("link", { name: "Elena Vargas" })).not.toBeInTheDocument();
  expect(blocked).toEqual(["m1"]);
});

test("a block can be ended", async () => {
  const ended: string[] = [];
  const { user } = await renderRoute("/connections", {
    ...nobody,
    "GET /v1/blocks": () => ({
      ...made.lastPage,
      blocks: ended.length === 0 ? [block()] : [],
    }),
    "POST /v1/blocks/{block}:unblock": ({ path }) => {
      ended.push(path.block);
      return {};
    },
  });
  const blocks = within(await screen.findByRole("region", { name: "People you blocked" }));
  const end = await blocks.findByRole("button", { name: "End the block" });
  expect(end).toHaveAccessibleDescription("Elena Vargas");
  expect(blocks.getByText("Since Nov 4, 2026")).toBeVisible();
  await user.click(end);
  expect(await blocks.findByText(/Nobody. You can block people/)).toBeVisible();
  expect(ended).toEqual(["b1"]);
  expect(blocks.getByRole("heading")).toHaveFocus();
  expect(screen.getByText(/You and Elena Vargas can see each other again/)).toBeInTheDocument();
});

test("a block that cannot be ended stays, and it is said", async () => {
  const { user } = await renderRoute("/connections", {
    ...nobody,
    "GET /v1/blocks": () => ({ ...made.lastPage, blocks: [block()] }),
    "POST /v1/blocks/{block}:unblock": () => {
      throw refuse(404, "BLOCK_NOT_FOUND");
    },
  });
  await user.click(await screen.findByRole("button", { name: "End the block" }));
  expect(await screen.findByText("This block is not there, or no longer.")).toBeVisible();
});

test("without a network it says so, and tries again when asked", async () => {
  let broken = true;
  const { user } = await renderRoute("/connections", {
    ...nobody,
    "GET /v1/connections": () => {
      if (broken) throw unreachable();
      return { ...made.lastPage, connections: [made.connection()] };
    },
  });
  expect(await screen.findByText(/Timbre cannot be reached/)).toBeVisible();
  broken = false;
  await user.click(screen.getByRole("button", { name: "Try again" }));
  expect(await screen.findByRole("link", { name: "Elena Vargas" })).toBeVisible();
});

test("before the answers there are places", async () => {
  await renderRoute("/connections", {
    "GET /v1/connections": () => new Promise(() => undefined),
    "GET /v1/blocks": () => new Promise(() => undefined),
  });
  expect(await screen.findAllByText("Loading")).toHaveLength(2);
});
