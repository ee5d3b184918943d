import { act, screen, waitFor } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { fakeAudio } from "../../../testing/fake-audio";
import { refuse, type Handlers } from "../../../testing/fake-api";
import { clip, wholeMatch } from "../../../testing/made-matches";
import { renderRoute } from "../../../testing/render-route";

afterEach(() => vi.restoreAllMocks());

const mine = "I am looking for somebody to photograph my pottery.";
const theirs = "I take pictures of ceramics and bread.";

function clips(asked: string[] = []): Handlers {
  return {
    "GET /v1/matches/{match}": () => wholeMatch(),
    "GET /v1/matches/{match}/facts/{fact}/clip": ({ path }) => {
      asked.push(`${path.match} ${path.fact}`);
      return clip({ url: `https://sounds.test/${path.fact}` });
    },
  };
}

test("what was spoken can be heard, and only that", async () => {
  const audio = fakeAudio();
  const asked: string[] = [];
  const { user } = await renderRoute("/matches/m1", clips(asked));
  await user.click(await screen.findByRole("button", { name: `Play “${theirs}”` }));
  const pause = await screen.findByRole("button", { name: "Pause" });
  expect(audio.played).toEqual(["https://sounds.test/f2"]);
  await user.click(pause);
  expect(screen.queryByRole("button", { name: "Pause" })).not.toBeInTheDocument();
  await user.click(screen.getByRole("button", { name: `Play “${theirs}”` }));
  await screen.findByRole("button", { name: "Pause" });
  expect(asked).toEqual(["m1 f2"]); // the link is still good
  expect(screen.queryByRole("button", { name: "Play “Wants to learn to sail”" })).not.toBeInTheDocument();
});

test("both are heard one after the other", async () => {
  const audio = fakeAudio();
  const { user } = await renderRoute("/matches/m1", clips());
  await user.click(await screen.findByRole("button", { name: "Play both" }));
  await waitFor(() => expect(audio.played).toEqual(["https://sounds.test/f1"]));
  expect(screen.getByRole("button", { name: `Play “${theirs}”` })).toBeVisible();
  act(() => void audio.end());
  await waitFor(() => expect(audio.played).toEqual(["https://sounds.test/f1", "https://sounds.test/f2"]));
  expect(screen.getByRole("button", { name: `Play “${mine}”` })).toBeVisible();
  expect(screen.getByRole("button", { name: "Stop" })).toBeVisible();
  act(() => void audio.end());
  expect(await screen.findByRole("button", { name: "Play both" })).toBeVisible();
  expect(screen.queryByRole("button", { name: "Pause" })).not.toBeInTheDocument();
});

test("another one ends the one before", async () => {
  const audio = fakeAudio();
  const { user } = await renderRoute("/matches/m1", clips());
  await user.click(await screen.findByRole("button", { name: `Play “${mine}”` }));
  await screen.findByRole("button", { name: "Pause" });
  await user.click(screen.getByRole("button", { name: `Play “${theirs}”` }));
  await waitFor(() => expect(audio.played).toHaveLength(2));
  expect(screen.getAllByRole("button", { name: "Pause" })).toHaveLength(1);
  expect(screen.getByRole("button", { name: `Play “${mine}”` })).toBeVisible();
});

test("a link that no longer works is asked for anew, once", async () => {
  const audio = fakeAudio();
  const asked: string[] = [];
  const { user } = await renderRoute("/matches/m1", {
    ...clips(),
    "GET /v1/matches/{match}/facts/{fact}/clip": ({ path }) => {
      asked.push(path.fact);
      return clip({ url: `https://sounds.test/${asked.length}` });
    },
  });
  audio.broken.add("https://sounds.test/1");
  await user.click(await screen.findByRole("button", { name: `Play “${theirs}”` }));
  expect(await screen.findByRole("button", { name: "Pause" })).toBeVisible();
  expect(asked).toEqual(["f2", "f2"]);
  expect(audio.played).toEqual(["https://sounds.test/1", "https://sounds.test/2"]);
});

test("what is no longer shared is said to be so, beside the words", async () => {
  fakeAudio();
  const { user } = await renderRoute("/matches/m1", {
    ...clips(),
    "GET /v1/matches/{match}/facts/{fact}/clip": () => {
      throw refuse(404, "CLIP_NOT_FOUND");
    },
  });
  await user.click(await screen.findByRole("button", { name: `Play “${theirs}”` }));
  const told = await screen.findByText(/This cannot be played/);
  expect(told).toHaveAttribute("role", "alert");
  expect(told.closest("section")).toHaveTextContent(theirs);
});
