import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, test } from "vitest";
import { expectAccessible } from "../../../../testing/axe";
import { refuse, type Handlers } from "../../../../testing/fake-api";
import * as made from "../../../../testing/made";
import { at, changed, ended, gate, spoken } from "../../../../testing/made-recordings";
import { renderRoute } from "../../../../testing/render-route";

const contents: Handlers = {
  "GET /v1/recordings/{recording}": () => made.recording(),
  "GET /v1/recordings/{recording}/transcript": () => spoken("I can teach you to sail a dinghy."),
  "GET /v1/facts": () => ({ ...made.lastPage, facts: [] }),
};
const show = (handlers: Handlers) => renderRoute("/recordings/r1", { ...contents, ...handlers });
const steps = async () =>
  (await within(await screen.findByRole("region", { name: "On its way" })).findAllByRole("listitem")).map(
    (step) => step.textContent,
  );

describe("a recording on its way", () => {
  test("is shown step by step as it happens, and is not done before it is", async () => {
    const [written, understood] = [gate(), gate()];
    await show({
      "GET /v1/recordings/{recording}": () => at("STATE_QUEUED", "STAGE_CHECK"),
      "GET /v1/recordings/{recording}:watch": async function* () {
        yield changed(at("STATE_TRANSCRIBING", "STAGE_TRANSCRIBE", { progress: 0.4 }), "I can teach");
        yield { heartbeat: {}, partialTranscript: "" };
        await written.opened;
        yield changed(at("STATE_ANALYZING", "STAGE_ANALYZE"));
        await understood.opened;
        yield ended(made.recording());
      },
    });
    expect(await screen.findByText("I can teach")).toBeVisible();
    expect(await steps()).toEqual([
      "Listen whether you can be hearddone",
      expect.stringContaining("Write down what you said40%"),
      "Find out what you offer and seekstill to come",
      "Take it into your matchesstill to come",
    ]);
    expect(screen.getByRole("progressbar", { name: "Write down what you said" })).toHaveValue(40);
    await expectAccessible(document.body);

    written.open();
    await waitFor(async () => expect((await steps())[1]).toBe("Write down what you saiddone"));
    expect(screen.getByText("Now: Find out what you offer and seek")).toBeInTheDocument();
    expect(screen.queryByText("Your recording is ready.")).not.toBeInTheDocument();

    understood.open();
    expect(await screen.findByText("Your recording is ready.")).toBeInTheDocument();
    expect(await screen.findByRole("heading", { name: "What was understood" })).toBeVisible();
    expect(screen.queryByRole("region", { name: "On its way" })).not.toBeInTheDocument();
  });

  test("waits its turn, and says so", async () => {
    await show({
      "GET /v1/recordings/{recording}": () => at("STATE_QUEUED", "STAGE_CHECK"),
      "GET /v1/recordings/{recording}:watch": async function* () {
        yield changed(at("STATE_QUEUED", "STAGE_CHECK"));
        await gate().opened;
      },
    });
    expect(await steps()).toContain("Listen whether you can be heard waiting its turn");
    expect(screen.queryByRole("progressbar")).not.toBeInTheDocument();
  });

  test("has no steps of listening when it was typed", async () => {
    const typed = { origin: "ORIGIN_TYPED" } as const;
    await show({
      "GET /v1/recordings/{recording}": () => at("STATE_ANALYZING", "STAGE_INDEX", typed),
      "GET /v1/recordings/{recording}:watch": async function* () {
        yield changed(at("STATE_ANALYZING", "STAGE_INDEX", typed));
        await gate().opened;
      },
    });
    expect(await steps()).toEqual([
      "Find out what you offer and seekdone",
      expect.stringMatching(/^Take it into your matches/),
    ]);
  });

  test("says that its sound has not arrived", async () => {
    await show({
      "GET /v1/recordings/{recording}": () => at("STATE_UPLOADING"),
      "GET /v1/recordings/{recording}:watch": async function* () {
        yield changed(at("STATE_UPLOADING"));
        await gate().opened;
      },
    });
    expect(await screen.findByText(/has not arrived yet/)).toBeVisible();
    expect(screen.getByRole("link", { name: "Look for it" })).toHaveAttribute("href", "/");
  });
});

describe("the stream", () => {
  test("is opened again when it is cut", async () => {
    let opened = 0;
    const back = gate();
    await show({
      "GET /v1/recordings/{recording}": () => at("STATE_TRANSCRIBING", "STAGE_TRANSCRIBE"),
      "GET /v1/recordings/{recording}:watch": async function* () {
        opened += 1;
        if (opened > 1) await back.opened;
        yield changed(at("STATE_TRANSCRIBING", "STAGE_TRANSCRIBE"), "I can");
        if (opened > 1) yield ended(made.recording());
      },
    });
    expect(await screen.findByText("The connection was cut. Making it again.")).toBeVisible();
    expect(screen.getByText("I can")).toBeVisible();
    back.open();
    expect(await screen.findByText("Your recording is ready.")).toBeInTheDocument();
    expect(opened).toBe(2);
  });

  test("is opened again when the server gives it up", async () => {
    let opened = 0;
    await show({
      "GET /v1/recordings/{recording}": () => at("STATE_ANALYZING", "STAGE_ANALYZE"),
      "GET /v1/recordings/{recording}:watch": function* () {
        opened += 1;
        if (opened > 1) yield ended(made.recording());
        else
          yield { error: { code: 14, reason: "UNAVAILABLE", message: "restarting" }, partialTranscript: "" };
      },
    });
    expect(await screen.findByText("Your recording is ready.")).toBeInTheDocument();
    expect(opened).toBe(2);
  });

  test("is replaced by asking every few seconds when it does not get through", async () => {
    let asked = 0;
    await show({
      "GET /v1/recordings/{recording}": () => {
        asked += 1;
        return asked === 1 ? at("STATE_ANALYZING", "STAGE_ANALYZE") : made.recording();
      },
      "GET /v1/recordings/{recording}:watch": () => {
        throw refuse(503, "UNAVAILABLE");
      },
    });
    expect(await screen.findByText(/Looking every few seconds instead/)).toBeVisible();
    expect(await screen.findByText("Your recording is ready.")).toBeInTheDocument();
  });

  test("that is cut again and again without news is given up for asking", async () => {
    let opened = 0;
    await show({
      "GET /v1/recordings/{recording}": () => at("STATE_ANALYZING", "STAGE_ANALYZE"),
      "GET /v1/recordings/{recording}:watch": function* () {
        opened += 1;
        yield changed(at("STATE_ANALYZING", "STAGE_ANALYZE"));
      },
    });
    expect(await screen.findByText(/Looking every few seconds instead/)).toBeVisible();
    expect(opened).toBeLessThan(8);
  });

  test("tells when the recording is deleted meanwhile", async () => {
    await show({
      "GET /v1/recordings/{recording}": () => at("STATE_ANALYZING", "STAGE_ANALYZE"),
      "GET /v1/recordings/{recording}:watch": function* () {
        yield { ended: { deleted: true }, partialTranscript: "" };
      },
    });
    expect(
      await screen.findByRole("heading", { name: "This recording is not there, or no longer" }),
    ).toBeVisible();
    expect(screen.getByRole("link", { name: "To your recordings" })).toHaveAttribute("href", "/recordings");
  });
});

describe("a recording that failed", () => {
  const failed = (reason: string, retryable: boolean) =>
    at("STATE_FAILED", "STAGE_UNSPECIFIED", { failure: { reason, message: "in English", retryable } });
  const without: Handlers = {
    "GET /v1/recordings/{recording}/transcript": () => {
      throw refuse(404, "TRANSCRIPT_NOT_FOUND");
    },
  };

  test("says why in plain words, and offers another take where nothing else helps", async () => {
    await show({ ...without, "GET /v1/recordings/{recording}": () => failed("AUDIO_TOO_QUIET", false) });
    expect(await screen.findByText(/You are too quiet in this to be understood/)).toBeVisible();
    expect(screen.getByRole("link", { name: "Record it anew" })).toHaveAttribute("href", "/");
    expect(screen.queryByRole("button", { name: "Try again" })).not.toBeInTheDocument();
    expect(screen.queryByText("in English")).not.toBeInTheDocument();
    await expectAccessible(document.body);
  });

  test("goes on when it is tried again", async () => {
    const { user } = await show({
      ...without,
      "GET /v1/recordings/{recording}": () => failed("STEP_FAILED", true),
      "POST /v1/recordings/{recording}:retry": ({ path, headers }) => {
        expect(path.recording).toBe("r1");
        expect(headers.get("idempotency-key")).toMatch(/^[0-9a-f-]{36}$/);
        return at("STATE_QUEUED", "STAGE_TRANSCRIBE");
      },
      "GET /v1/recordings/{recording}:watch": function* () {
        yield ended(made.recording());
      },
    });
    await user.click(await screen.findByRole("button", { name: "Try again" }));
    expect(await screen.findByText("Your recording is ready.")).toBeInTheDocument();
    expect(screen.queryByText("Did not work")).not.toBeInTheDocument();
  });

  test("for a withdrawn consent leads to it, and says when it is still missing", async () => {
    const { user } = await show({
      ...without,
      "GET /v1/recordings/{recording}": () => failed("CONSENT_WITHDRAWN", true),
      "POST /v1/recordings/{recording}:retry": () => {
        throw refuse(400, "CONSENT_REQUIRED", { purpose: "TRANSCRIBE" });
      },
    });
    expect(await screen.findByRole("link", { name: "Change what you agree to" })).toHaveAttribute(
      "href",
      "/preferences",
    );
    await user.click(screen.getByRole("button", { name: "Try again" }));
    expect(await screen.findByRole("alert")).toHaveTextContent("You have not agreed to what this needs.");
  });

  test("is read out when it happens", async () => {
    await show({
      ...without,
      "GET /v1/recordings/{recording}": () => at("STATE_TRANSCRIBING", "STAGE_CHECK"),
      "GET /v1/recordings/{recording}:watch": function* () {
        yield ended(failed("AUDIO_SILENT", false));
      },
    });
    expect(
      await screen.findByText(/^Your recording did not work\. Nobody can be heard in this\./),
    ).toBeInTheDocument();
  });
});
