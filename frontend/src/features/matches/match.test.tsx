import { screen, within } from "@testing-library/react";
import { expect, test } from "vitest";
import { expectAccessible } from "../../../testing/axe";
import { refuse } from "../../../testing/fake-api";
import * as made from "../../../testing/made";
import { block, explanation, wholeMatch } from "../../../testing/made-matches";
import { renderRoute } from "../../../testing/render-route";

test("somebody's page shows every reason, by who answers whom", async () => {
  const { reasons } = wholeMatch();
  await renderRoute("/matches/m1", {
    "GET /v1/matches/{match}": ({ path }) => {
      expect(path.match).toBe("m1");
      return wholeMatch("m1", { reasons: [...reasons].reverse() });
    },
  });
  expect(await screen.findByRole("heading", { level: 1, name: "Elena Vargas" })).toBeVisible();
  expect(screen.getAllByRole("heading", { level: 2 }).map(({ textContent }) => textContent)).toEqual([
    "Elena Vargas offers what you seek",
    "You offer what Elena Vargas seeks",
    "You and Elena Vargas value the same",
  ]);
  expect(screen.getByRole("button", { name: "Like" })).toBeVisible();
  await expectAccessible(document.body);
});

test("somebody with whom it is mutual is said to be so", async () => {
  await renderRoute("/matches/m1", {
    "GET /v1/matches/{match}": () => wholeMatch("m1", { reaction: "REACTION_LIKE", connected: true }),
  });
  expect(await screen.findByText("You and Elena Vargas both said yes.", { exact: false })).toBeVisible();
  expect(screen.queryByRole("button", { name: "Like" })).not.toBeInTheDocument();
});

test("somebody passed can still be liked", async () => {
  await renderRoute("/matches/m1", {
    "GET /v1/matches/{match}": () => wholeMatch("m1", { reaction: "REACTION_PASS" }),
  });
  expect(await screen.findByRole("button", { name: "Like after all" })).toBeVisible();
});

test("when nothing answers any more it says so", async () => {
  await renderRoute("/matches/m1", {
    "GET /v1/matches/{match}": () => wholeMatch("m1", { reasons: [], reaction: "REACTION_LIKE" }),
  });
  expect(await screen.findByText(/Nothing that you and Elena Vargas say/)).toBeVisible();
});

test("somebody who is not there leads back to the others", async () => {
  await renderRoute("/matches/m1", {
    "GET /v1/matches/{match}": () => {
      throw refuse(404, "MATCH_NOT_FOUND");
    },
  });
  expect(await screen.findByRole("alert")).toHaveTextContent("not among your matches, or no longer");
  expect(screen.getByRole("link", { name: "All matches" })).toHaveAttribute("href", "/matches");
  await expectAccessible(document.body);
});

test("blocking somebody takes their words from the page", async () => {
  const { user } = await renderRoute("/matches/m1", {
    "GET /v1/matches/{match}": () => wholeMatch(),
    "POST /v1/matches/{match}:block": () => block(),
  });
  await user.click(await screen.findByRole("button", { name: "More about Elena Vargas" }));
  await user.click(await screen.findByRole("menuitem", { name: "Block" }));
  await user.click(within(await screen.findByRole("alertdialog")).getByRole("button", { name: "Block" }));
  expect(await screen.findByRole("button", { name: "End the block" })).toBeVisible();
  expect(screen.queryByText("I take pictures of ceramics and bread.")).not.toBeInTheDocument();
});

test("coming back to the list goes on at that person", async () => {
  const named = (id: string, displayName: string) =>
    wholeMatch(id, { card: { displayName, headline: "", languages: [] } });
  const { user } = await renderRoute("/matches", {
    "GET /v1/matches": () => ({ ...made.lastPage, matches: [named("m1", "One"), named("m2", "Two")] }),
    "GET /v1/matches/{match}": () => named("m2", "Two"),
    "GET /v1/matches:explain": () => explanation(),
  });
  await user.click(await screen.findByRole("link", { name: "Two" }));
  await user.click(await screen.findByRole("link", { name: "All matches" }));
  const card = await screen.findByRole("article", { name: "Two" });
  await expect.poll(() => document.activeElement).toBe(card);
});
