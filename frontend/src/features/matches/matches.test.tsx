import { screen, waitFor, within } from "@testing-library/react";
import { expect, test } from "vitest";
import { expectAccessible } from "../../../testing/axe";
import { refuse, unreachable, type Handlers } from "../../../testing/fake-api";
import * as made from "../../../testing/made";
import { explanation, wholeMatch } from "../../../testing/made-matches";
import { renderRoute } from "../../../testing/render-route";

const few: Handlers = { "GET /v1/matches:explain": () => explanation() };

function sectionOf(heading: HTMLElement): HTMLElement {
  const section = heading.closest("section");
  if (!section) throw new Error("The heading is in no section.");
  return section;
}

const people = (count: number, from = 0) =>
  Array.from({ length: count }, (_, index) => {
    const id = `m${from + index}`;
    return wholeMatch(id, { card: { displayName: `Person ${from + index}`, headline: "", languages: [] } });
  });

test("a card shows why, both ways and in both people's words", async () => {
  await renderRoute("/matches", {
    ...few,
    "GET /v1/matches": () => ({ ...made.lastPage, matches: [wholeMatch()] }),
  });
  const card = await screen.findByRole("article", { name: "Elena Vargas" });
  const theyOffer = within(card).getByRole("heading", { name: "Elena Vargas offers what you seek" });
  const pair = within(sectionOf(theyOffer));
  expect(pair.getByText("I am looking for somebody to photograph my pottery.")).toBeVisible();
  expect(pair.getByText("I take pictures of ceramics and bread.")).toBeVisible();
  const youOffer = within(card).getByRole("heading", { name: "You offer what Elena Vargas seeks" });
  expect(within(sectionOf(youOffer)).getByText("Wants to learn to sail")).toBeVisible();
  expect(within(card).getByRole("heading", { name: "You and Elena Vargas value the same" })).toBeVisible();
  expect(within(card).getByText("Strong fit")).toBeVisible();
  expect(within(card).getByText("Speaks English and Spanish")).toBeVisible();
  expect(card).not.toHaveTextContent(/\d%|0\.\d/);
  await expectAccessible(document.body);
});

test("a sentence of the API is shown, and said to be no person's", async () => {
  const whole = wholeMatch();
  const reasons = whole.reasons.map((reason) => ({
    ...reason,
    sentence: "Elena photographs what you throw.",
  }));
  await renderRoute("/matches", {
    ...few,
    "GET /v1/matches": () => ({ ...made.lastPage, matches: [{ ...whole, reasons }] }),
  });
  const [sentence] = await screen.findAllByText(/Elena photographs what you throw/);
  expect(sentence).toHaveTextContent("Put into words by a computer.");
});

test("somebody without a name is somebody", async () => {
  const card = { displayName: "", headline: "", languages: [] };
  await renderRoute("/matches", {
    ...few,
    "GET /v1/matches": () => ({ ...made.lastPage, matches: [wholeMatch("m1", { card })] }),
  });
  expect(await screen.findByRole("article", { name: "Somebody" })).toBeVisible();
});

test("the list goes on by its page tokens", async () => {
  const asked: unknown[] = [];
  const { user } = await renderRoute("/matches", {
    "GET /v1/matches": ({ query }) => {
      asked.push(query.pageToken);
      return query.pageToken === "two"
        ? { matches: people(3, 6), nextPageToken: "" }
        : { matches: people(6), nextPageToken: "two" };
    },
  });
  const first = await screen.findByRole("article", { name: "Person 0" });
  expect(first).toHaveAttribute("aria-setsize", "-1");
  await user.click(screen.getByRole("button", { name: "Show more" }));
  expect(await screen.findByRole("article", { name: "Person 8" })).toHaveAttribute("aria-posinset", "9");
  expect(first).toHaveAttribute("aria-setsize", "9");
  expect(asked).toEqual([undefined, "two"]);
  expect(screen.queryByRole("button", { name: "Show more" })).not.toBeInTheDocument();
});

test("a list that has moved on is loaded again", async () => {
  let fresh = false;
  const { user } = await renderRoute("/matches", {
    "GET /v1/matches": ({ query }) => {
      if (query.pageToken) throw refuse(400, "INVALID_PAGE_TOKEN");
      if (fresh) return { matches: people(6, 20), nextPageToken: "" };
      return { matches: people(6), nextPageToken: "old" };
    },
  });
  await user.click(await screen.findByRole("button", { name: "Show more" }));
  expect(await screen.findByRole("alert")).toHaveTextContent("The list has moved on.");
  fresh = true;
  await user.click(screen.getByRole("button", { name: "Load again" }));
  expect(await screen.findByRole("article", { name: "Person 20" })).toBeVisible();
  expect(screen.queryByRole("article", { name: "Person 0" })).not.toBeInTheDocument();
});

test("keys go from person to person", async () => {
  const { user } = await renderRoute("/matches", {
    "GET /v1/matches": () => ({ ...made.lastPage, matches: people(6) }),
  });
  (await screen.findByRole("link", { name: "Person 0" })).focus();
  await user.keyboard("{PageDown}");
  expect(screen.getByRole("article", { name: "Person 1" })).toHaveFocus();
  await user.keyboard("j");
  expect(screen.getByRole("article", { name: "Person 2" })).toHaveFocus();
  await user.keyboard("{PageUp}k{PageUp}");
  expect(screen.getByRole("article", { name: "Person 0" })).toHaveFocus();
});

test("when nobody fits it says what filters people out, and what would add some", async () => {
  await renderRoute("/matches", {
    ...few,
    "GET /v1/matches": () => ({ ...made.lastPage, matches: [] }),
  });
  expect(await screen.findByRole("heading", { name: "Nobody fits both ways yet" })).toBeVisible();
  expect(await screen.findByText("Meet in a way that suits you")).toBeVisible();
  const [everybody, , , , , fit] = screen.getAllByRole("listitem").filter((item) => item.closest("ol"));
  expect(everybody).toHaveTextContent("48 people");
  expect(fit).toHaveTextContent("fewer than 5 people");
  expect(screen.getByText("Meet in these ways: Online and In person").closest("li")).toHaveTextContent(
    "7 more people",
  );
  expect(screen.getByText("Go up to 200 km").closest("li")).toHaveTextContent("fewer than 5 more people");
  expect(screen.getByRole("link", { name: "Change your preferences" })).toHaveAttribute(
    "href",
    "/preferences",
  );
  await expectAccessible(document.body);
});

test("when nothing would add anybody it says so", async () => {
  await renderRoute("/matches", {
    "GET /v1/matches": () => ({ ...made.lastPage, matches: [] }),
    "GET /v1/matches:explain": () => explanation({ relaxations: [] }),
  });
  expect(await screen.findByText(/No other choice in your preferences/)).toBeVisible();
});

test("with many there is no word of few", async () => {
  await renderRoute("/matches", {
    "GET /v1/matches": () => ({ ...made.lastPage, matches: people(5) }),
  });
  expect(await screen.findByRole("article", { name: "Person 4" })).toBeVisible();
  expect(screen.queryByText("Why there are so few")).not.toBeInTheDocument();
});

test("whoever does not agree to be matched is told where to", async () => {
  await renderRoute("/matches", {
    "GET /v1/matches": () => {
      throw refuse(400, "CONSENT_REQUIRED", { purpose: "MATCHING" });
    },
  });
  expect(await screen.findByRole("heading", { name: "You are not being matched" })).toBeVisible();
  expect(screen.getByRole("link", { name: "Go to your consents" })).toHaveAttribute("href", "/preferences");
  await expectAccessible(document.body);
});

test("whoever has said nothing is asked to", async () => {
  await renderRoute("/matches", {
    "GET /v1/matches": () => {
      throw refuse(400, "PROFILE_NOT_READY");
    },
    "GET /v1/profile": () => made.profile({ version: "0", indexedVersion: "0" }),
  });
  expect(await screen.findByRole("link", { name: "Introduce yourself" })).toHaveAttribute("href", "/");
  expect(screen.getByRole("link", { name: "your recordings" })).toHaveAttribute("href", "/recordings");
  await expectAccessible(document.body);
});

test("words that are being taken in are waited for", { timeout: 15_000 }, async () => {
  let ready = false;
  await renderRoute("/matches", {
    "GET /v1/matches": () => {
      if (!ready) throw refuse(400, "PROFILE_NOT_READY");
      return { ...made.lastPage, matches: people(5) };
    },
    "GET /v1/profile": () => made.profile({ version: "2", indexedVersion: "1" }),
  });
  expect(await screen.findByText("Your words are being taken in")).toBeVisible();
  ready = true;
  expect(await screen.findByRole("article", { name: "Person 0" })).toBeVisible();
});

test("an index that is being made anew is waited for too", async () => {
  await renderRoute("/matches", {
    "GET /v1/matches": () => {
      throw refuse(503, "INDEX_PENDING");
    },
  });
  const told = (await screen.findByText("Your words are being taken in")).closest("[role=status]");
  expect(told).toHaveTextContent("This takes a few seconds.");
});

test("without a network it says so, and tries again when asked", async () => {
  let broken = true;
  const { user } = await renderRoute("/matches", {
    "GET /v1/matches": () => {
      if (broken) throw unreachable();
      return { ...made.lastPage, matches: people(5) };
    },
  });
  expect(await screen.findByRole("alert")).toHaveTextContent("Timbre cannot be reached.");
  broken = false;
  await user.click(screen.getByRole("button", { name: "Try again" }));
  expect(await screen.findByRole("article", { name: "Person 0" })).toBeVisible();
  await waitFor(() => expect(screen.queryByRole("alert")).not.toBeInTheDocument());
});

test("before the answer there are places for people", async () => {
  await renderRoute("/matches", { "GET /v1/matches": () => new Promise(() => undefined) });
  expect((await screen.findAllByText("Loading")).length).toBeGreaterThan(0);
});
