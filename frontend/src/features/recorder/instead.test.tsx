import { fireEvent, screen } from "@testing-library/react";
import { describe, expect, test, vi } from "vitest";
import { expectAccessible } from "../../../testing/axe";
import { refuse } from "../../../testing/fake-api";
import { stranger } from "../../../testing/fake-session";
import { fakeStudio } from "../../../testing/fake-studio";
import { button, renderStudio, taking } from "../../../testing/render-studio";
import * as made from "../../../testing/made";

describe("a file", () => {
  const chooser = () => document.querySelector<HTMLInputElement>('input[type="file"]') ?? document.body;

  test("is kept and sent like a take", async () => {
    const studio = fakeStudio();
    const { user } = await renderStudio(studio);
    await user.upload(chooser(), new File(["sound"], "note.mp3", { type: "audio/mpeg" }));
    await screen.findByRole("heading", { name: "Your file" }, { timeout: 5_000 });
    expect(await studio.takes.list()).toMatchObject([
      { source: "file", contentType: "audio/mpeg", sizeBytes: 5, owner: "ada" },
    ]);
  });

  test("that is no audio is refused with a sentence when it is dropped", async () => {
    const studio = fakeStudio();
    await renderStudio(studio);
    const files = [new File(["text"], "cv.pdf", { type: "application/pdf" })];
    fireEvent.drop(screen.getByRole("region", { name: "Your introduction" }), { dataTransfer: { files } });
    expect(await screen.findByRole("alert")).toHaveTextContent("This kind of file cannot be read");
    expect(await studio.takes.list()).toEqual([]);
  });
});

describe("writing", () => {
  test("sends the text under one key, and opens its recording", async () => {
    const sent: unknown[] = [];
    const keys = new Set<string | null>();
    let fails = true;
    const studio = fakeStudio();
    const { user, path } = await renderStudio(
      studio,
      {},
      {
        ...taking,
        "POST /v1/recordings": ({ body, headers }) => {
          sent.push(body);
          keys.add(headers.get("idempotency-key"));
          if (fails) throw refuse(503, "UNAVAILABLE");
          return { recording: made.recording() };
        },
      },
    );
    await user.click(await button("Write instead"));
    await user.type(
      await screen.findByLabelText("Your introduction", { selector: "textarea" }),
      "I throw pots.",
    );
    await expectAccessible(document.body);
    await user.click(await button("Send it"));
    expect(await screen.findByRole("alert")).toBeVisible();
    fails = false;
    await user.click(await button("Try again"));
    await vi.waitFor(() => expect(path()).toBe("/recordings/r1"));
    expect(sent[1]).toEqual({
      typed: { text: "I throw pots.", language: "en" },
      prompt: "Whom would you like to meet, and what for?",
    });
    expect(keys.size).toBe(1);
    expect(await studio.takes.draft("ada")).toBeUndefined();
  });

  test("before signing in is kept, and sent when the person is back", async () => {
    const sent: unknown[] = [];
    const studio = fakeStudio();
    const first = await renderStudio(studio, { as: stranger });
    await first.user.click(await button("Write instead"));
    await first.user.type(
      await screen.findByLabelText("Your introduction", { selector: "textarea" }),
      "I sail.",
    );
    await first.user.click(await button("Send it"));
    expect(screen.getByRole("heading", { name: "Sign in to send it" })).toBeVisible();
    first.unmount();
    const back = await renderStudio(
      studio,
      {},
      {
        ...taking,
        "POST /v1/recordings": ({ body }) => {
          sent.push(body.typed);
          return { recording: made.recording() };
        },
      },
    );
    await vi.waitFor(() => expect(back.path()).toBe("/recordings/r1"));
    expect(sent).toEqual([{ text: "I sail.", language: "en" }]);
  });

  test("can be left for speaking, and nothing written is lost", async () => {
    const { user } = await renderStudio(fakeStudio());
    await user.click(await button("Write instead"));
    expect(await button("Send it")).toBeDisabled();
    await user.type(await screen.findByLabelText("Your introduction", { selector: "textarea" }), "Half a");
    await user.click(await button("Speak instead"));
    await user.click(await button("Write instead"));
    expect(await screen.findByLabelText("Your introduction", { selector: "textarea" })).toHaveValue("Half a");
  });
});
