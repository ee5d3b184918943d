import { screen, waitFor, within } from "@testing-library/react";
import { beforeEach, describe, expect, test } from "vitest";
import { expectAccessible } from "../../../testing/axe";
import { refuse, unreachable, type Handlers } from "../../../testing/fake-api";
import * as made from "../../../testing/made";
import { at, changed, ended, gate, said, spoken } from "../../../testing/made-recordings";
import { renderRoute } from "../../../testing/render-route";

const before = spoken("I teach whaling.");
const after = spoken("I teach sailing.", { revision: 2, etag: "t2" });
const whaling = said("f1", "I teach whaling.", [0, 1_450]);
const sailing = said("f2", "I teach sailing.", [0, 1_450]);

let corrected: boolean;
let analyzed: boolean;
beforeEach(() => {
  corrected = false;
  analyzed = false;
});

const contents: Handlers = {
  "GET /v1/recordings/{recording}": () => made.recording(),
  "GET /v1/recordings/{recording}/transcript": () => (corrected ? after : before),
  "GET /v1/facts": () => ({ ...made.lastPage, facts: [analyzed ? sailing : whaling] }),
  "GET /v1/profile": () => made.profile({ version: analyzed ? "4" : "3" }),
};

async function correct(handlers: Handlers, text = "I teach sailing.") {
  const view = await renderRoute("/recordings/r1", { ...contents, ...handlers });
  await view.user.click(await screen.findByRole("button", { name: "Correct the text" }));
  const field = screen.getByRole("textbox", { name: "Correct what was written down" });
  await view.user.clear(field);
  await view.user.type(field, text);
  await view.user.click(screen.getByRole("button", { name: "Save the correction" }));
  return view;
}

describe("a correction", () => {
  test("has the analysis run again, live, and then shows what it changed", async () => {
    const done = gate();
    await correct({
      "PATCH /v1/recordings/{recording}/transcript": ({ path, body }) => {
        expect(path.recording).toBe("r1");
        expect(body).toEqual({ text: "I teach sailing.", etag: "t1" });
        corrected = true;
        return after;
      },
      "GET /v1/recordings/{recording}:watch": async function* () {
        yield changed(at("STATE_ANALYZING", "STAGE_ANALYZE"));
        await done.opened;
        analyzed = true;
        yield ended(made.recording());
      },
      "GET /v1/profile/versions:diff": ({ query }) => {
        expect(query).toEqual({ fromVersion: "3", toVersion: "4" });
        const elsewhere = said("f9", "I bake bread.", [0, 900], {}, { recording: "recordings/r9" });
        return {
          added: [sailing, elsewhere],
          removed: [whaling],
          changed: [{ before: sailing, after: { ...sailing, etag: "moved" } }],
          fields: [{ field: "headline", before: "I teach whaling.", after: "Teaches sailing" }],
        };
      },
    });
    expect(await screen.findByRole("region", { name: "On its way" })).toBeVisible();
    expect(screen.getByText(/This is from before/)).toBeVisible();
    expect(screen.queryByRole("heading", { name: "What your correction changed" })).not.toBeInTheDocument();

    done.open();
    const region = await screen.findByRole("region", { name: "What your correction changed" });
    const lines = await within(region).findAllByRole("listitem");
    expect(lines.map((line) => line.textContent)).toEqual([
      expect.stringContaining("NewI teach sailing."),
      expect.stringContaining("GoneI teach whaling."),
      expect.stringContaining("The line under your name"),
    ]);
    await expectAccessible(document.body);
    const understood = screen.getByRole("region", { name: "What was understood" });
    await waitFor(() => expect(within(understood).getByText("I teach sailing.")).toBeVisible());
  });

  test("that changed nothing understood says so, and can be put away", async () => {
    const { user } = await correct({
      "PATCH /v1/recordings/{recording}/transcript": () => after,
      "GET /v1/recordings/{recording}:watch": function* () {
        yield ended(made.recording());
      },
    });
    const region = await screen.findByRole("region", { name: "What your correction changed" });
    expect(await within(region).findByText("What was understood is the same as before.")).toBeVisible();
    await user.click(within(region).getByRole("button", { name: "Dismiss" }));
    expect(region).not.toBeInTheDocument();
  });

  test("whose analysis outlives the page shows what it changed when one comes back", async () => {
    const first = await correct({
      "PATCH /v1/recordings/{recording}/transcript": () => after,
      "GET /v1/recordings/{recording}:watch": async function* () {
        yield changed(at("STATE_ANALYZING", "STAGE_ANALYZE"));
        await gate().opened;
      },
    });
    await screen.findByRole("region", { name: "On its way" });
    first.unmount();
    analyzed = true;
    await renderRoute("/recordings/r1", {
      ...contents,
      "GET /v1/profile/versions:diff": ({ query }) => {
        expect(query.fromVersion).toBe("3");
        return { added: [sailing], removed: [], changed: [], fields: [] };
      },
    });
    const region = await screen.findByRole("region", { name: "What your correction changed" });
    expect(await within(region).findByText(/I teach sailing/)).toBeVisible();
  });

  test("of the first thing ever understood has no version to compare with", async () => {
    await correct({
      "GET /v1/profile": () => made.profile({ version: analyzed ? "1" : "0" }),
      "PATCH /v1/recordings/{recording}/transcript": () => after,
      "GET /v1/recordings/{recording}:watch": function* () {
        analyzed = true;
        yield ended(made.recording());
      },
    });
    const region = await screen.findByRole("region", { name: "What your correction changed" });
    expect(await within(region).findByText("New")).toBeVisible();
  });

  test("that is the same text is not sent", async () => {
    await correct({}, "I teach whaling.");
    expect(await screen.findByRole("button", { name: "Correct the text" })).toBeVisible();
  });

  test("can be given up", async () => {
    const { user } = await renderRoute("/recordings/r1", contents);
    await user.click(await screen.findByRole("button", { name: "Correct the text" }));
    expect(screen.getByRole("textbox", { name: "Correct what was written down" })).toHaveFocus();
    await user.keyboard("Nonsense");
    await user.click(screen.getByRole("button", { name: "Cancel" }));
    expect(screen.queryByRole("textbox")).not.toBeInTheDocument();
    expect(screen.getByRole("button", { name: "Correct the text" })).toHaveFocus();
  });

  test("that did not get through keeps the text, and can be sent again", async () => {
    let down = true;
    const { user } = await correct({
      "PATCH /v1/recordings/{recording}/transcript": () => {
        if (down) throw unreachable();
        return after;
      },
      "GET /v1/recordings/{recording}:watch": function* () {
        yield ended(made.recording());
      },
    });
    expect(await screen.findByRole("alert")).toHaveTextContent("Timbre cannot be reached.");
    expect(screen.getByRole("textbox")).toHaveValue("I teach sailing.");
    down = false;
    await user.click(screen.getByRole("button", { name: "Try again" }));
    expect(await screen.findByRole("region", { name: "What your correction changed" })).toBeVisible();
  });
});

describe("when the text was changed somewhere else", () => {
  const elsewhere = spoken("We teach whaling.", { revision: 2, etag: "other" });
  const conflict = (etags: (string | undefined)[]): Handlers => ({
    "GET /v1/recordings/{recording}/transcript": () => (etags.length > 0 ? elsewhere : before),
    "PATCH /v1/recordings/{recording}/transcript": ({ body }) => {
      etags.push(body.etag);
      if (body.etag !== "other") throw refuse(409, "CONCURRENT_CHANGE");
      return after;
    },
    "GET /v1/recordings/{recording}:watch": function* () {
      yield ended(made.recording());
    },
  });

  test("mine is kept beside it, and overwrites it only when I say so", async () => {
    const etags: (string | undefined)[] = [];
    const { user } = await correct(conflict(etags));
    const alert = await screen.findByRole("alert");
    expect(alert).toHaveTextContent("The text was changed somewhere else meanwhile");
    expect(alert).toHaveTextContent("We teach whaling.");
    expect(screen.getByRole("textbox")).toHaveValue("I teach sailing.");
    expect(screen.getByRole("button", { name: "Save the correction" })).toBeDisabled();
    await expectAccessible(document.body);

    await user.click(screen.getByRole("button", { name: "Go on with mine" }));
    await user.click(screen.getByRole("button", { name: "Save the correction" }));
    expect(await screen.findByRole("region", { name: "What your correction changed" })).toBeVisible();
    expect(etags).toEqual(["t1", "other"]);
  });

  test("it can be taken instead of mine", async () => {
    const etags: (string | undefined)[] = [];
    const { user } = await correct(conflict(etags));
    await user.click(await screen.findByRole("button", { name: "Take this one" }));
    expect(screen.getByRole("textbox")).toHaveValue("We teach whaling.");
    await user.click(screen.getByRole("button", { name: "Save the correction" }));
    expect(await screen.findByText(/We/)).toBeVisible();
    expect(etags).toEqual(["t1"]);
  });

  test("and it was this very correction, whose answer was lost, it is done", async () => {
    let sent = 0;
    await correct({
      "GET /v1/recordings/{recording}/transcript": () => (sent > 0 ? after : before),
      "PATCH /v1/recordings/{recording}/transcript": () => {
        sent += 1;
        throw refuse(409, "CONCURRENT_CHANGE");
      },
      "GET /v1/recordings/{recording}:watch": function* () {
        yield ended(made.recording());
      },
    });
    expect(await screen.findByRole("region", { name: "What your correction changed" })).toBeVisible();
    expect(screen.queryByRole("alert")).not.toBeInTheDocument();
  });
});
