import { act, screen, within } from "@testing-library/react";
import { expect, test } from "vitest";
import { expectAccessible } from "../../../testing/axe";
import { refuse, unreachable } from "../../../testing/fake-api";
import * as made from "../../../testing/made";
import { wholeMatch } from "../../../testing/made-matches";
import { renderRoute } from "../../../testing/render-route";

const theyAnswer = (id = "m1") => wholeMatch(id, { reasons: wholeMatch(id).reasons.slice(0, 1) });

test("a sentence finds people, who are shown with their own words", async () => {
  const asked: unknown[] = [];
  const { user } = await renderRoute("/search", {
    "GET /v1/matches:search": ({ query }) => {
      asked.push(query);
      return { ...made.lastPage, matches: [theyAnswer()] };
    },
  });
  await user.type(await screen.findByRole("textbox"), "  photographs pottery ");
  await user.click(screen.getByRole("button", { name: "Search" }));
  const card = within(await screen.findByRole("article", { name: "Elena Vargas" }));
  expect(card.getByText("I take pictures of ceramics and bread.")).toBeVisible();
  expect(card.queryByText("I am looking for somebody to photograph my pottery.")).not.toBeInTheDocument();
  expect(card.getByRole("button", { name: "Like" })).toBeVisible();
  expect(asked).toEqual([{ query: "photographs pottery" }]);
  expect(screen.getByText("One person found")).toBeInTheDocument();
  await expectAccessible(document.body);
});

test("an example is asked as it stands", async () => {
  const { user } = await renderRoute("/search", {
    "GET /v1/matches:search": ({ query }) => {
      expect(query.query).toBe("Somebody who photographs what hands make");
      return { ...made.lastPage, matches: [theyAnswer()] };
    },
  });
  await user.click(await screen.findByRole("button", { name: "Somebody who photographs what hands make" }));
  expect(await screen.findByRole("article", { name: "Elena Vargas" })).toBeVisible();
  expect(screen.getByRole("textbox")).toHaveValue("Somebody who photographs what hands make");
});

test("more people come by page tokens of the same sentence", async () => {
  const { user } = await renderRoute("/search", {
    "GET /v1/matches:search": ({ query }) => {
      expect(query.query).toBe("bread");
      return query.pageToken === "two"
        ? { ...made.lastPage, matches: [theyAnswer("m2")] }
        : { matches: [theyAnswer("m1")], nextPageToken: "two" };
    },
  });
  await user.type(await screen.findByRole("textbox"), "bread");
  await user.click(screen.getByRole("button", { name: "Search" }));
  await user.click(await screen.findByRole("button", { name: "Show more" }));
  expect(await screen.findAllByRole("article")).toHaveLength(2);
});

test("nothing is asked for less than two characters", async () => {
  const { user } = await renderRoute("/search");
  await user.type(await screen.findByRole("textbox"), " a ");
  await user.click(screen.getByRole("button", { name: "Search" }));
  expect(await screen.findByRole("alert")).toHaveTextContent("at least two characters");
  expect(screen.getByRole("textbox")).toBeInvalid();
});

test("when nobody answers it says so", async () => {
  const { user } = await renderRoute("/search", {
    "GET /v1/matches:search": () => ({ ...made.lastPage, matches: [] }),
  });
  await user.type(await screen.findByRole("textbox"), "unicorns");
  await user.click(screen.getByRole("button", { name: "Search" }));
  expect(await screen.findByRole("heading", { name: "Nobody offers anything like this" })).toBeVisible();
  await expectAccessible(document.body);
});

test("without a profile or a network it says what is missing", async () => {
  let error = refuse(400, "CONSENT_REQUIRED");
  const { user } = await renderRoute("/search", {
    "GET /v1/matches:search": () => {
      throw error;
    },
  });
  await user.type(await screen.findByRole("textbox"), "bread");
  await user.click(screen.getByRole("button", { name: "Search" }));
  expect(await screen.findByRole("link", { name: "Go to your consents" })).toBeVisible();
  error = unreachable();
  await user.click(screen.getByRole("button", { name: "Search" }));
  expect(await screen.findByText(/Timbre cannot be reached/)).toBeVisible();
});

test("whoever looked at somebody comes back to the others", async () => {
  const { user } = await renderRoute("/search", {
    "GET /v1/matches:search": () => ({ ...made.lastPage, matches: [theyAnswer()] }),
    "GET /v1/matches/{match}": () => wholeMatch(),
  });
  await user.type(await screen.findByRole("textbox"), "bread");
  await user.click(screen.getByRole("button", { name: "Search" }));
  const elena = await screen.findByRole("link", { name: "Elena Vargas" });
  // The other screen's code is fetched, which React waits for only inside an `act`.
  await act(() => user.click(elena));
  expect(await screen.findByRole("heading", { level: 1, name: "Elena Vargas" })).toBeVisible();
  await user.click(screen.getByRole("link", { name: "Search" }));
  expect(await screen.findByRole("article", { name: "Elena Vargas" })).toBeVisible();
  expect(screen.getByRole("textbox")).toHaveValue("bread");
});
