import { screen, within } from "@testing-library/react";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { expectAccessible } from "../../../testing/axe";
import { stranger } from "../../../testing/fake-session";
import { fakeStudio, put, settle } from "../../../testing/fake-studio";
import { button, renderStudio } from "../../../testing/render-studio";
import { memoryStore } from "./takes/memory-store";

beforeEach(() => {
  vi.spyOn(HTMLMediaElement.prototype, "pause").mockReturnValue();
});

describe("a take that waits", () => {
  test("is offered again: heard, or removed after being asked", async () => {
    const studio = fakeStudio();
    await put(studio.takes);
    const { user } = await renderStudio(studio);
    expect(screen.getByRole("heading", { name: "Your take is still here" })).toBeVisible();
    expect(screen.getByText("What brings you here?")).toBeVisible();
    expect(screen.getByText("0:00 of 0:42")).toBeVisible();
    await expectAccessible(document.body);
    const play = vi.spyOn(HTMLMediaElement.prototype, "play").mockResolvedValue();
    await user.click(await button("Play your take"));
    await vi.waitFor(() => expect(play).toHaveBeenCalled());
    await user.click(await button("Remove"));
    expect(await studio.takes.list()).toHaveLength(1);
    await user.click(await button("Remove for good"));
    await settle();
    expect(await studio.takes.list()).toEqual([]);
    expect(await button("Start recording")).toBeVisible();
  });

  test("stays when another one is recorded, and can be opened", async () => {
    const studio = fakeStudio();
    await put(studio.takes);
    const { user } = await renderStudio(studio);
    await user.click(await button("Record again"));
    expect(await button("Start recording")).toBeVisible();
    const others = screen.getByRole("region", { name: "Also waiting in this browser" });
    await expectAccessible(document.body);
    await user.click(within(others).getByRole("button", { name: "Open" }));
    expect(screen.getByRole("heading", { name: "Your take is still here" })).toBeVisible();
  });

  test("of an account stays closed for whoever is not signed in, and is hidden from another account", async () => {
    const studio = fakeStudio();
    await put(studio.takes, { owner: "ada" });
    const signedOut = await renderStudio(studio, { as: stranger });
    expect(screen.getByText(/Sign in to the account that recorded it/)).toBeVisible();
    expect(screen.queryByRole("button", { name: "Open" })).not.toBeInTheDocument();
    expect(screen.queryByRole("button", { name: "Play your take" })).not.toBeInTheDocument();
    signedOut.unmount();
    await renderStudio(studio, { as: { status: "signed-in", userId: "max", groups: [] } });
    expect(screen.queryByText("Also waiting in this browser")).not.toBeInTheDocument();
    expect(await button("Start recording")).toBeVisible();
  });

  test("says that it is lost with the page where the browser keeps nothing", async () => {
    const studio = fakeStudio({ takes: memoryStore() });
    await put(studio.takes);
    await renderStudio(studio);
    expect(screen.getByText(/closing the page loses the take/)).toBeVisible();
  });
});
