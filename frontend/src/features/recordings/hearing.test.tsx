import "fake-indexeddb/auto";
import { act, screen, waitFor, within } from "@testing-library/react";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { expectAccessible } from "../../../testing/axe";
import { refuse, type Handlers } from "../../../testing/fake-api";
import * as made from "../../../testing/made";
import { said, spoken } from "../../../testing/made-recordings";
import { renderRoute } from "../../../testing/render-route";
import { browserAudio } from "./lib/kept-audio";

// What jsdom lacks: a loudspeaker. It plays for as long as nobody pauses it; the test moves its time.
let speaker: HTMLMediaElement;
beforeEach(async () => {
  vi.spyOn(HTMLMediaElement.prototype, "play").mockImplementation(function (this: HTMLMediaElement) {
    // eslint-disable-next-line @typescript-eslint/no-this-alias -- the only way to the element
    speaker = this;
    return Promise.resolve();
  });
  vi.spyOn(HTMLMediaElement.prototype, "pause").mockImplementation(() => undefined);
  Object.assign(URL, { createObjectURL: () => "blob:take", revokeObjectURL: () => undefined });
  await (await browserAudio()).remove("recordings/r1");
});

const text = "I can teach you to sail. I [bake] bread.";
const sail = said("f1", "I can teach you to sail.", [0, 2_950]);
const handlers: Handlers = {
  "GET /v1/recordings/{recording}": () => made.recording({ duration: "4.5s" }),
  "GET /v1/recordings/{recording}/transcript": () => spoken(text),
  "GET /v1/facts": () => ({ ...made.lastPage, facts: [sail] }),
};
const keep = async (owner = "ada") =>
  (await browserAudio()).keep(owner, "recordings/r1", new Blob(["sound"], { type: "audio/webm" }));
const group = () => screen.findByRole("group", { name: /^Your words/ });
const word = async (name: string | RegExp) => within(await group()).findByRole("button", { name });
const reach = (seconds: number) => act(() => void (speaker.currentTime = seconds));

describe("a take that this browser kept", () => {
  test("is heard from the word that was chosen, and shows the word that is heard", async () => {
    await keep();
    const { user } = await renderRoute("/recordings/r1", handlers);
    expect(await screen.findByRole("slider", { name: "Place in the recording" })).toHaveAttribute(
      "aria-valuetext",
      "0:00 of 0:04",
    );
    await user.click(await word("teach"));
    expect(speaker.src).toBe("blob:take");
    expect(speaker.currentTime).toBe(1);
    await waitFor(async () => expect(await word("teach")).toHaveAttribute("data-active"));
    reach(2.6);
    await waitFor(async () => expect(await word("sail.")).toHaveAttribute("data-active"));
    expect(await word("teach")).not.toHaveAttribute("data-active");
    await expectAccessible(document.body);

    await user.click(screen.getByRole("button", { name: "Pause" }));
    expect(await word("sail.")).not.toHaveAttribute("data-active");
    expect(screen.getByRole("button", { name: "Play" })).toBeVisible();
  });

  test("is one stop of the Tab key; arrows go from word to word, Enter plays", async () => {
    await keep();
    const { user } = await renderRoute("/recordings/r1", handlers);
    await word("teach");
    const stops = within(await group())
      .getAllByRole("button")
      .filter(({ tabIndex }) => tabIndex === 0);
    expect(stops).toHaveLength(1);
    stops[0]?.focus();
    await user.keyboard("{ArrowRight}{ArrowRight}{ArrowLeft}");
    expect(await word("can")).toHaveFocus();
    await user.keyboard("{End}");
    expect(await word("bread.")).toHaveFocus();
    await user.keyboard("{Enter}");
    expect(speaker.currentTime).toBe(4);
    await user.keyboard("{Home}");
    expect((await group()).querySelector("button")).toHaveFocus();
  });

  test("marks what may have been misheard", async () => {
    await keep();
    await renderRoute("/recordings/r1", handlers);
    expect(await word(/^bake ?\(perhaps misheard\)$/)).toBeVisible();
    expect(screen.getByText("Dotted words may have been misheard.")).toBeVisible();
  });

  test("plays a quote to its end and no further", async () => {
    await keep();
    const { user } = await renderRoute("/recordings/r1", handlers);
    await screen.findByRole("slider");
    const quote = () => screen.getByRole("region", { name: "What was understood" });
    await user.click(await within(quote()).findByRole("button", { name: /^Play “/ }));
    expect(within(quote()).getByRole("button", { name: "Pause" })).toBeVisible();
    reach(2.96);
    expect(await within(quote()).findByRole("button", { name: /^Play “/ })).toBeVisible();
  });

  test("can be removed from it", async () => {
    await keep();
    const { user } = await renderRoute("/recordings/r1", handlers);
    await user.click(await screen.findByRole("button", { name: "Remove it from this browser" }));
    await waitFor(() => expect(screen.queryByRole("slider")).not.toBeInTheDocument());
    expect(await (await browserAudio()).find("ada", "recordings/r1")).toBeUndefined();
  });

  test("of somebody else is not heard", async () => {
    await keep("bo");
    await renderRoute("/recordings/r1", handlers);
    expect(await screen.findByText(/The whole take is not in this browser/)).toBeVisible();
    expect(screen.queryByRole("slider")).not.toBeInTheDocument();
  });

  test("goes with its recording", async () => {
    await keep();
    const { user, path } = await renderRoute("/recordings/r1", {
      ...handlers,
      "DELETE /v1/recordings/{recording}": () => ({}),
      "GET /v1/recordings": () => ({ ...made.lastPage, recordings: [] }),
    });
    await user.click(await screen.findByRole("button", { name: "Delete this recording" }));
    await user.click(await screen.findByRole("button", { name: "Delete it" }));
    await waitFor(() => expect(path()).toBe("/recordings"));
    expect(await (await browserAudio()).find("ada", "recordings/r1")).toBeUndefined();
  });
});

describe("a take that is not in this browser", () => {
  test("is heard where a statement rests on it, by its clip", async () => {
    let asked = 0;
    const { user } = await renderRoute("/recordings/r1", {
      ...handlers,
      "GET /v1/facts": () => ({
        ...made.lastPage,
        facts: [said("f1", "teach you to sail.", [1_000, 2_950])],
      }),
      "GET /v1/matches/{match}/facts/{fact}/clip": ({ path }) => {
        asked += 1;
        expect(path).toEqual({ match: "me", fact: "f1" });
        return { name: "matches/me/facts/f1/clip", url: "http://audio.test/f1", contentType: "audio/mp4" };
      },
    });
    await user.click(await word("sail."));
    await waitFor(() => expect(speaker.src).toBe("http://audio.test/f1"));
    expect(speaker.currentTime).toBeCloseTo(2.5 - 0.75); // the clip begins a quarter of a second early
    await user.click(await word("you"));
    await waitFor(() => expect(speaker.currentTime).toBeCloseTo(1.5 - 0.75));
    expect(asked).toBe(1);
    expect(within(await group()).queryByRole("button", { name: "bread." })).not.toBeInTheDocument();
    expect(screen.queryByRole("slider")).not.toBeInTheDocument();
  });

  test("and cannot be given out just now, says so", async () => {
    const { user } = await renderRoute("/recordings/r1", {
      ...handlers,
      "GET /v1/matches/{match}/facts/{fact}/clip": () => {
        throw refuse(404, "CLIP_NOT_FOUND");
      },
    });
    await user.click(await word("teach"));
    expect(await screen.findByRole("alert")).toHaveTextContent("This cannot be played");
  });

  test("and that the browser cannot play, says so", async () => {
    vi.spyOn(HTMLMediaElement.prototype, "play").mockRejectedValue(new DOMException("", "NotSupportedError"));
    const { user } = await renderRoute("/recordings/r1", {
      ...handlers,
      "GET /v1/matches/{match}/facts/{fact}/clip": () => ({
        name: "x",
        url: "http://audio.test/f1",
        contentType: "audio/mp4",
      }),
    });
    await user.click(await word("teach"));
    expect(await screen.findByRole("alert")).toHaveTextContent("This cannot be played at the moment.");
  });
});

test("what was written has no player", async () => {
  const typed = said("f1", "I can teach you to sail.", [0, 0], {}, { typed: true });
  await renderRoute("/recordings/r1", {
    ...handlers,
    "GET /v1/recordings/{recording}": () => made.recording({ origin: "ORIGIN_TYPED" }),
    "GET /v1/facts": () => ({ ...made.lastPage, facts: [typed] }),
  });
  expect(await screen.findByRole("heading", { name: "What you wrote" })).toBeVisible();
  expect(await screen.findByText("in writing")).toBeVisible();
  expect(screen.queryByRole("group", { name: /^Your words/ })).not.toBeInTheDocument();
  expect(screen.queryByRole("button", { name: /^Play/ })).not.toBeInTheDocument();
  expect(screen.queryByText(/in this browser/)).not.toBeInTheDocument();
});
