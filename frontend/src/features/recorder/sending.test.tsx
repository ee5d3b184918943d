import { screen } from "@testing-library/react";
import { describe, expect, test, vi } from "vitest";
import { expectAccessible } from "../../../testing/axe";
import { refuse } from "../../../testing/fake-api";
import { fakeStudio, put } from "../../../testing/fake-studio";
import { button, renderStudio, taking } from "../../../testing/render-studio";
import { UploadCut, UploadRefused } from "./upload/post";

describe("sending", () => {
  test("shows how far it is, and ends at the recording", async () => {
    let finish: () => void = () => undefined;
    const studio = fakeStudio({
      post: (_ticket, _file, { onProgress }) => {
        onProgress(0.4);
        return new Promise((resolve) => (finish = resolve));
      },
    });
    await put(studio.takes);
    const { user, path } = await renderStudio(studio);
    await user.click(await button("Send it"));
    expect(await screen.findByText("40%")).toBeVisible();
    expect(screen.getByRole("progressbar", { name: "Sending" })).toHaveAttribute("aria-valuenow", "40");
    await expectAccessible(document.body);
    expect(path()).toBe("/");
    finish();
    await vi.waitFor(() => expect(path()).toBe("/recordings/r1"));
  });

  test("goes on when one looks at something else, and says afterwards that it arrived", async () => {
    let finish: () => void = () => undefined;
    const studio = fakeStudio({ post: () => new Promise((resolve) => (finish = resolve)) });
    await put(studio.takes);
    const { user, path, navigate } = await renderStudio(studio);
    await user.click(await button("Send it"));
    await screen.findByText("0%");
    navigate("/nowhere");
    await screen.findByRole("heading", { level: 1, name: "There is no such page" });
    finish();
    await vi.waitFor(() => expect(studio.desk.outgoing("t1")).toMatchObject({ step: "done" }));
    expect(path()).toBe("/nowhere");
    navigate("/");
    expect(await screen.findByText("It has arrived.")).toBeVisible();
    await user.click(await button("Not now"));
    expect(await button("Start recording")).toBeVisible();
  });

  test("that is stopped keeps the take", async () => {
    const studio = fakeStudio({
      post: (_ticket, _file, { signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener("abort", () => reject(signal.reason as Error));
        }),
    });
    await put(studio.takes);
    const { user } = await renderStudio(studio);
    await user.click(await button("Send it"));
    await user.click(await button("Stop sending"));
    expect(await button("Send it")).toBeVisible();
    expect(await studio.takes.list()).toHaveLength(1);
  });

  test("that was cut waits, and goes on when asked", async () => {
    const post = vi.fn().mockRejectedValueOnce(new UploadCut()).mockResolvedValue(undefined);
    const studio = fakeStudio({ post });
    await put(studio.takes);
    const { user, path } = await renderStudio(studio);
    await user.click(await button("Send it"));
    expect(await screen.findByText("Timbre cannot be reached")).toBeVisible();
    await expectAccessible(document.body);
    await user.click(await button("Try again"));
    await vi.waitFor(() => expect(path()).toBe("/recordings/r1"));
  });

  test("says that one is offline", async () => {
    vi.spyOn(navigator, "onLine", "get").mockReturnValue(false);
    const studio = fakeStudio({ post: () => Promise.reject(new UploadCut()) });
    await put(studio.takes);
    const { user } = await renderStudio(studio);
    expect(screen.getByText(/It stays here, and is sent when you are back/)).toBeVisible();
    await user.click(await button("Send it"));
    expect(await screen.findByText("You are offline")).toBeVisible();
  });

  test("that the store refuses can be tried again or left", async () => {
    const studio = fakeStudio({ post: () => Promise.reject(new UploadRefused(400)) });
    await put(studio.takes);
    const { user } = await renderStudio(studio);
    await user.click(await button("Send it"));
    expect(await screen.findByRole("alert")).toHaveTextContent("The upload was not accepted");
    await expectAccessible(document.body);
    await user.click(await button("Not now"));
    expect(await button("Send it")).toBeVisible();
  });

  test("that lacks a consent says which way to go", async () => {
    const studio = fakeStudio();
    await put(studio.takes);
    const { user } = await renderStudio(
      studio,
      {},
      {
        ...taking,
        "POST /v1/recordings": () => {
          throw refuse(400, "CONSENT_REQUIRED", { purpose: "TRANSCRIBE" });
        },
      },
    );
    await user.click(await button("Send it"));
    expect(await screen.findByRole("alert")).toHaveTextContent("under Preferences");
  });

  test("when the sign-in has ended keeps the take and asks to sign in", async () => {
    const studio = fakeStudio();
    await put(studio.takes);
    const view = await renderStudio(
      studio,
      {},
      {
        ...taking,
        "POST /v1/recordings": () => {
          throw refuse(401, "TOKEN_EXPIRED");
        },
      },
    );
    await view.user.click(await button("Send it"));
    expect(await screen.findByRole("alert")).toHaveTextContent("Your sign-in has ended");
    expect(await studio.takes.list()).toHaveLength(1);
    view.unmount();
    studio.desk.clear("t1"); // the page is loaded again on the way
    const back = await renderStudio(studio);
    await vi.waitFor(() => expect(back.path()).toBe("/recordings/r1"));
  });
});
