import { act, screen, within } from "@testing-library/react";
import { describe, expect, test, vi } from "vitest";
import { locales } from "@/i18n/locale";
import { expectAccessible } from "../../../testing/axe";
import { refuse } from "../../../testing/fake-api";
import { ada, stranger } from "../../../testing/fake-session";
import { fakeMicrophone, fakeStudio, put, settle } from "../../../testing/fake-studio";
import * as made from "../../../testing/made";
import { button, renderStudio, taking } from "../../../testing/render-studio";

/** Record something, from the first press to the last. */
async function record(
  { user }: Awaited<ReturnType<typeof renderStudio>>,
  microphone: ReturnType<typeof fakeMicrophone>,
) {
  await user.click(await button("Start recording"));
  await settle();
  act(() => microphone.slice("spoken"));
  await user.click(await button("Finish"));
  await screen.findByRole("heading", { name: "Your take" });
}

describe("somebody who is here for the first time", () => {
  test.each(locales)("reads what Timbre does and can begin at once, in %s", async (locale) => {
    await renderStudio(fakeStudio(), { as: stranger, locale });
    expect(screen.getByRole("heading", { level: 1 })).toBeVisible();
    expect(screen.getAllByRole("listitem")).toHaveLength(3);
    await expectAccessible(document.body);
  });

  test("records before signing in; the take waits", async () => {
    const microphone = fakeMicrophone();
    const studio = fakeStudio({ microphone });
    const view = await renderStudio(studio, { as: stranger });
    await record(view, microphone);
    expect(screen.getByRole("heading", { name: "Your take" })).toHaveFocus();
    expect(await studio.takes.list()).toMatchObject([
      { state: "kept", owner: undefined, prompt: expect.stringContaining("help somebody") as string },
    ]);
    await expectAccessible(document.body);

    await view.user.click(await button("Send it"));
    expect(screen.getByRole("heading", { name: "Sign in to send it" })).toHaveFocus();
    await expectAccessible(document.body);
    const card = screen.getByRole("region", { name: "Your introduction" });
    await view.user.click(within(card).getByRole("button", { name: "Sign in" }));
    expect(view.session.signIn).toHaveBeenCalledWith({ returnTo: "/" });
  });

  test("has their take sent when they are back from the sign-in", async () => {
    const studio = fakeStudio();
    await put(studio.takes);
    const first = await renderStudio(studio, { as: stranger });
    await first.user.click(await button("Send it"));
    first.unmount();

    const asked: string[] = [];
    const view = await renderStudio(
      studio,
      { as: ada },
      {
        ...taking,
        "POST /v1/recordings": ({ body }) => {
          asked.push(body.spoken?.sizeBytes ?? "");
          const ticket = { url: "http://store.test/", fields: {}, expireTime: "2099-01-01T00:00:00Z" };
          return { recording: made.recording({ state: "STATE_UPLOADING" }), ticket };
        },
        "POST /v1/recordings/{recording}:complete": () => made.recording({ state: "STATE_QUEUED" }),
      },
    );
    await vi.waitFor(() => expect(view.path()).toBe("/recordings/r1"));
    expect(asked).toEqual(["6"]);
    expect(await studio.takes.list()).toEqual([]);
  });

  test("who decides not to sign in has nothing sent later", async () => {
    const studio = fakeStudio();
    await put(studio.takes);
    const first = await renderStudio(studio, { as: stranger });
    await first.user.click(await button("Send it"));
    await first.user.click(await button("Not now"));
    first.unmount();
    await renderStudio(studio, { as: ada });
    expect(await screen.findByRole("heading", { name: "Your take is still here" })).toBeVisible();
    expect(studio.desk.outgoing("t1")).toBeUndefined();
  });
});

describe("while recording", () => {
  test("one can pause, go on and finish by keyboard, and hears what happens", async () => {
    const microphone = fakeMicrophone();
    const { user } = await renderStudio(fakeStudio({ microphone }), { as: stranger });
    (await button("Start recording")).focus();
    await user.keyboard("{Enter}");
    expect(await button("Finish")).toHaveFocus();
    expect(screen.getByText("Recording")).toBeInTheDocument();
    expect(screen.getByRole("timer", { name: "Recorded so far" })).toHaveTextContent("0:00");
    expect(screen.getByText("of 10:00")).toBeVisible();
    expect(screen.queryByRole("button", { name: "Write instead" })).not.toBeInTheDocument();
    await user.tab();
    await user.keyboard("{Enter}");
    expect(await button("Go on")).toHaveFocus();
    expect(screen.getAllByText("Paused").length).toBeGreaterThan(0);
    await expectAccessible(document.body);
    await user.keyboard("{Enter}");
    expect(screen.getByText("Recording again")).toBeInTheDocument();
    await user.click(await button("Finish"));
    expect(await screen.findByRole("heading", { name: "Your take" })).toHaveFocus();
  });

  test("leaving the page ends the take and keeps it", async () => {
    const microphone = fakeMicrophone();
    const studio = fakeStudio({ microphone });
    const { user, navigate } = await renderStudio(studio, { as: stranger });
    await user.click(await button("Start recording"));
    await settle();
    navigate("/profile");
    await vi.waitFor(() => expect(microphone.state.closed).toBe(1));
    await settle();
    expect(await studio.takes.list()).toMatchObject([{ state: "kept" }]);
  });

  test("a microphone that goes away is said, and what was said before is kept", async () => {
    const microphone = fakeMicrophone();
    const { user } = await renderStudio(fakeStudio({ microphone }), { as: stranger });
    await user.click(await button("Start recording"));
    await settle();
    act(() => microphone.lose());
    expect(await screen.findByText("The microphone went away. What you said before is kept.")).toBeVisible();
  });
});

describe("where one cannot record", () => {
  test.each([
    ["refused", "The microphone is not allowed"],
    ["missing", "There is no microphone"],
    ["busy", "The microphone is in use"],
    ["broken", "The microphone stopped working"],
  ] as const)("%s: it says what to do, and writing is offered", async (problem, title) => {
    const microphone = fakeMicrophone({ problem });
    const { user } = await renderStudio(fakeStudio({ microphone }), { as: stranger });
    await user.click(await button("Start recording"));
    expect(await screen.findByRole("alert")).toHaveTextContent(title);
    expect(await button("Write instead")).toBeVisible();
    await expectAccessible(document.body);
    microphone.state.problem = undefined;
    await user.click(await button("Start recording"));
    expect(await button("Finish")).toBeVisible();
  });

  test("a browser that cannot at all says so from the beginning", async () => {
    await renderStudio(fakeStudio({ microphone: fakeMicrophone({ problem: "unsupported" }) }), {
      as: stranger,
    });
    expect(screen.getByText("This browser cannot record here")).toBeVisible();
    expect(screen.queryByRole("button", { name: "Start recording" })).not.toBeInTheDocument();
    expect(await button("Choose a file")).toBeVisible();
  });
});

test("the microphone that is chosen is used, and remembered", async () => {
  const devices = [
    { id: "inside", label: "Built in" },
    { id: "usb", label: "Desk microphone" },
  ];
  const microphone = fakeMicrophone({ devices });
  const { user } = await renderStudio(fakeStudio({ microphone }), { as: stranger });
  await user.selectOptions(screen.getByLabelText("Microphone"), "Desk microphone");
  await user.click(await button("Start recording"));
  await settle();
  expect(microphone.state.opened[0]?.deviceId).toBe("usb");
});

describe("the question", () => {
  test("is the one whose answer the profile lacks, with its reason", async () => {
    await renderStudio(fakeStudio(), { as: ada });
    expect(screen.getByText("Whom would you like to meet, and what for?")).toBeVisible();
    expect(screen.getByText("Nothing is known yet of what you are looking for.")).toBeVisible();
  });

  test("is asked for in the language of the page", async () => {
    const languages: unknown[] = [];
    await renderStudio(
      fakeStudio(),
      { as: ada, locale: "es" },
      {
        ...taking,
        "GET /v1/prompts:suggest": ({ query }) => {
          languages.push(query.language);
          return made.prompt();
        },
      },
    );
    expect(languages).toEqual(["es"]);
  });

  test("is a good one for anybody when there is no answer", async () => {
    await renderStudio(
      fakeStudio(),
      { as: ada },
      {
        ...taking,
        "GET /v1/prompts:suggest": () => {
          throw refuse(503, "UNAVAILABLE");
        },
      },
    );
    expect(await screen.findByText(/What could you help somebody with/)).toBeVisible();
    expect(await button("Start recording")).toBeEnabled();
  });
});
