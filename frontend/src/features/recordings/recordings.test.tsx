import { screen, within } from "@testing-library/react";
import { expect, test } from "vitest";
import { expectAccessible } from "../../../testing/axe";
import { refuse, unreachable } from "../../../testing/fake-api";
import * as made from "../../../testing/made";
import { renderRoute } from "../../../testing/render-route";

const failed = made.recording({
  name: "recordings/r2",
  state: "STATE_FAILED",
  prompt: "",
  failure: { reason: "AUDIO_SILENT", message: "silent", retryable: false },
});
const moving = made.recording({
  name: "recordings/r3",
  state: "STATE_TRANSCRIBING",
  stage: "STAGE_TRANSCRIBE",
  origin: "ORIGIN_SPOKEN",
  duration: "65.4s",
});

test("each recording is there with its question, its length and how far it is", async () => {
  await renderRoute("/recordings", {
    "GET /v1/recordings": () => ({ ...made.lastPage, recordings: [made.recording(), failed, moving] }),
  });
  const list = await screen.findByRole("list", { name: "Recordings" });
  const [ready, silent, running] = within(list).getAllByRole("listitem");
  if (!ready || !silent || !running) throw new Error("too few");
  expect(within(ready).getByRole("link", { name: "What brings you here?" })).toHaveAttribute(
    "href",
    "/recordings/r1",
  );
  expect(ready).toHaveTextContent("Ready");
  expect(silent).toHaveTextContent("Without a question");
  expect(silent).toHaveTextContent("Did not work");
  expect(silent).toHaveTextContent("Nobody can be heard in this.");
  expect(running).toHaveTextContent("1:05");
  expect(running).toHaveTextContent("Being written down");
  expect(running).not.toHaveTextContent("Ready");
  await expectAccessible(document.body);
});

test("one that is on its way is looked at again", async () => {
  let asked = 0;
  await renderRoute("/recordings", {
    "GET /v1/recordings": () => {
      asked += 1;
      return { ...made.lastPage, recordings: [asked === 1 ? moving : { ...moving, state: "STATE_READY" }] };
    },
  });
  expect(await screen.findByText("Being written down")).toBeVisible();
  expect(await screen.findByText("Ready")).toBeVisible();
});

test("who has none is shown where to begin", async () => {
  await renderRoute("/recordings", { "GET /v1/recordings": () => ({ ...made.lastPage, recordings: [] }) });
  expect(await screen.findByRole("heading", { name: "You have not recorded anything yet" })).toBeVisible();
  expect(within(screen.getByRole("main")).getByRole("link", { name: "Speak" })).toHaveAttribute("href", "/");
});

test("the rest of a long list comes when it is asked for", async () => {
  const { user } = await renderRoute("/recordings", {
    "GET /v1/recordings": ({ query }) =>
      query.pageToken === "next"
        ? { ...made.lastPage, recordings: [failed] }
        : { nextPageToken: "next", recordings: [made.recording()] },
  });
  await user.click(await screen.findByRole("button", { name: "Show more" }));
  expect(await screen.findByRole("link", { name: "Without a question" })).toBeVisible();
  expect(screen.getByRole("link", { name: "What brings you here?" })).toBeVisible();
});

test.each([
  ["nobody answers", () => unreachable(), "Timbre cannot be reached. Please check your connection."],
  ["the server fails", () => refuse(503, "UNAVAILABLE"), "Timbre cannot answer at the moment."],
])("when %s, it says so, and trying again helps", async (_, error, text) => {
  let down = true;
  const { user } = await renderRoute("/recordings", {
    "GET /v1/recordings": () => {
      if (down) throw error();
      return { ...made.lastPage, recordings: [made.recording()] };
    },
  });
  expect(await screen.findByRole("alert")).toHaveTextContent(text);
  down = false;
  await user.click(screen.getByRole("button", { name: "Try again" }));
  expect(await screen.findByText("Ready")).toBeVisible();
  expect(screen.queryByRole("alert")).not.toBeInTheDocument();
});
