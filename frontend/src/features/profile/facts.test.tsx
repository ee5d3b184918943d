import { act, screen, waitFor, within } from "@testing-library/react";
import { expect, test } from "vitest";
import { expectAccessible } from "../../../testing/axe";
import { fakeAudio } from "../../../testing/fake-audio";
import { refuse } from "../../../testing/fake-api";
import { full } from "../../../testing/full-api";
import * as made from "../../../testing/made";
import { renderRoute } from "../../../testing/render-route";

test("shows each fact under its facet, with the words it comes from and where they were said", async () => {
  await renderRoute("/profile", full);
  const offers = await screen.findByRole("list", { name: "To offer" });
  expect(within(offers).getByText("Teaches sailing")).toBeVisible();
  const quote = within(offers).getByRole("figure");
  expect(quote).toHaveTextContent("I can teach you to sail a dinghy.");
  expect(quote).toHaveTextContent("0:04");
  expect(await within(offers).findByRole("link", { name: /^Spoken on Nov 1, 2026/ })).toHaveAttribute(
    "href",
    "/recordings/r1",
  );
  expect(within(offers).getByText("What brings you here?")).toBeVisible();
});

test("tells doubt, own words, hidden ones and empty facets as they are", async () => {
  await renderRoute("/profile", full);
  const seeks = await screen.findByRole("list", { name: "Looking for" });
  expect(within(seeks).getByText("Timbre is not sure that this belongs here.")).toBeVisible();
  const values = screen.getByRole("list", { name: "Values" });
  expect(within(values).getByText("In your words. You had said:")).toBeVisible();
  const goals = screen.getByRole("list", { name: "Goals" });
  expect(within(goals).getByText("Hidden: only you see it")).toBeVisible();
  expect(within(goals).getByText("Written by you.")).toBeVisible();
  expect(within(goals).queryByRole("figure")).not.toBeInTheDocument();
  expect(screen.getAllByText("Nothing here.")).toHaveLength(1);
});

test("says nothing twice where a fact is in the very words that were said", async () => {
  await renderRoute("/profile", {
    ...full,
    "GET /v1/facts": () => ({
      ...made.lastPage,
      facts: [made.fact({ text: "I can teach you to sail a dinghy" })],
    }),
  });
  const offers = within(await screen.findByRole("list", { name: "To offer" }));
  expect(offers.getAllByText(/I can teach you to sail a dinghy/)).toHaveLength(1);
  expect(offers.getByRole("figure")).toHaveTextContent("I can teach you to sail a dinghy.");
});

test("says that nothing is known, and what would change that", async () => {
  await renderRoute("/profile", { ...full, "GET /v1/facts": () => ({ ...made.lastPage, facts: [] }) });
  expect(await screen.findByRole("heading", { name: "Nothing is known about you yet" })).toBeVisible();
  const panel = within(screen.getByRole("tabpanel"));
  expect(panel.getByRole("link", { name: "Speak" })).toHaveAttribute("href", "/");
  expect(panel.getByRole("button", { name: "Add a statement" })).toBeVisible();
  await expectAccessible(document.body);
});

test("says why there is nothing to see, and tries again", async () => {
  let works = false;
  const { user } = await renderRoute("/profile", {
    ...full,
    "GET /v1/facts": () => {
      if (!works) throw refuse(503, "UNAVAILABLE");
      return { ...made.lastPage, facts: [made.fact()] };
    },
  });
  expect(await screen.findByRole("alert")).toHaveTextContent("Timbre cannot answer at the moment");
  works = true;
  await user.click(screen.getByRole("button", { name: "Try again" }));
  expect(await screen.findByText("Teaches sailing")).toBeVisible();
});

test("does not call a facet empty before all pages are there", async () => {
  const asked: unknown[] = [];
  const { user } = await renderRoute("/profile", {
    ...full,
    "GET /v1/facts": ({ query }) => {
      asked.push(query);
      return query.pageToken === "two"
        ? { ...made.lastPage, facts: [made.fact({ name: "facts/f2", facet: "FACET_GOAL", text: "Rest" })] }
        : { nextPageToken: "two", facts: [made.fact()] };
    },
  });
  await screen.findByText("Teaches sailing");
  expect(screen.queryByText("Nothing here.")).not.toBeInTheDocument();
  await user.click(screen.getByRole("button", { name: "Show more" }));
  expect(await screen.findByText("Rest")).toBeVisible();
  expect(screen.getAllByText("Nothing here.")).toHaveLength(5);
  expect(asked).toEqual([{ pageSize: "100" }, { pageSize: "100", pageToken: "two" }]);
});

test("plays what was spoken, and offers no sound for what was written", async () => {
  const audio = fakeAudio();
  const { user } = await renderRoute("/profile", {
    ...full,
    "GET /v1/matches/{match}/facts/{fact}/clip": ({ path: { match, fact } }) => ({
      name: `matches/${match}/facts/${fact}/clip`,
      url: `https://clips.test/${match}/${fact}`,
      contentType: "audio/mp4",
    }),
  });
  await user.click(await screen.findByRole("button", { name: "Play “I can teach you to sail a dinghy.”" }));
  expect(await screen.findByRole("button", { name: "Pause" })).toBeVisible();
  expect(audio.played).toEqual(["https://clips.test/me/f1"]);
  act(() => void audio.end());
  await waitFor(() => expect(screen.queryByRole("button", { name: "Pause" })).not.toBeInTheDocument());
  const values = screen.getByRole("list", { name: "Values" });
  expect(within(values).queryByRole("button", { name: /^Play/ })).not.toBeInTheDocument();
});

test("says when a clip cannot be heard", async () => {
  fakeAudio();
  const { user } = await renderRoute("/profile", {
    ...full,
    "GET /v1/matches/{match}/facts/{fact}/clip": () => {
      throw refuse(404, "CLIP_NOT_FOUND");
    },
  });
  await user.click(await screen.findByRole("button", { name: "Play “I can teach you to sail a dinghy.”" }));
  expect(await screen.findByRole("alert")).toHaveTextContent("This cannot be played");
});

test("keeps the place of what is on its way", async () => {
  let finish: () => void = () => undefined;
  await renderRoute("/profile", {
    ...full,
    "GET /v1/facts": async () => {
      await new Promise<void>((resolve) => (finish = resolve));
      return { ...made.lastPage, facts: [made.fact()] };
    },
  });
  const panel = within(await screen.findByRole("tabpanel"));
  expect(panel.getByText("Loading")).toBeInTheDocument();
  await waitFor(() => {
    finish();
    expect(panel.queryByText("Loading")).not.toBeInTheDocument();
  });
  expect(panel.getByText("Teaches sailing")).toBeVisible();
});
