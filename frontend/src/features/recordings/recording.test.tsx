import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, test } from "vitest";
import { expectAccessible } from "../../../testing/axe";
import { refuse, unreachable, type Handlers } from "../../../testing/fake-api";
import * as made from "../../../testing/made";
import { said, spoken } from "../../../testing/made-recordings";
import { renderRoute } from "../../../testing/render-route";

const sailing = said("f1", "I can teach you to sail a dinghy.", [0, 3_950]);
const contents: Handlers = {
  "GET /v1/recordings/{recording}": () => made.recording(),
  "GET /v1/recordings/{recording}/transcript": () => spoken("I can teach you to sail a dinghy."),
  "GET /v1/facts": () => ({ ...made.lastPage, facts: [sailing] }),
};
const show = (handlers: Handlers) => renderRoute("/recordings/r1", { ...contents, ...handlers });
describe("what was understood", () => {
  test("are the statements of this recording alone, each with its quote", async () => {
    const other = said("f7", "Builds boats", [0, 900], {}, { recording: "recordings/r9" });
    await show({
      "GET /v1/facts": ({ query }) =>
        query.pageToken
          ? { ...made.lastPage, facts: [{ ...sailing, text: "Teaches sailing" }] }
          : {
              nextPageToken: "more",
              facts: [other],
            },
    });
    const region = await screen.findByRole("region", { name: "What was understood" });
    expect(await within(region).findByText("Teaches sailing")).toBeVisible();
    expect(within(region).getByText("I can teach you to sail a dinghy.")).toBeVisible();
    expect(within(region).queryByText("Builds boats")).not.toBeInTheDocument();
    expect(within(region).getByText(/^One statement/)).toBeVisible();
    expect(within(region).getByRole("link", { name: "your profile" })).toHaveAttribute("href", "/profile");
    await expectAccessible(document.body);
  });

  test("may be nothing, and then it says what helps", async () => {
    await show({ "GET /v1/facts": () => ({ ...made.lastPage, facts: [] }) });
    expect(await screen.findByRole("heading", { name: "Nothing was understood from this" })).toBeVisible();
  });
});

describe("deleting", () => {
  test("says what goes with it, and does it", async () => {
    let removed = 0;
    const { user, path } = await show({
      "DELETE /v1/recordings/{recording}": ({ path }) => {
        expect(path.recording).toBe("r1");
        removed += 1;
        return {};
      },
      "GET /v1/recordings": () => ({ ...made.lastPage, recordings: [] }),
    });
    await user.click(await screen.findByRole("button", { name: "Delete this recording" }));
    const dialog = await screen.findByRole("alertdialog", { name: "Delete this recording" });
    expect(dialog).toHaveTextContent("every statement found in it");
    await expectAccessible(document.body);
    await user.click(within(dialog).getByRole("button", { name: "Keep it" }));
    expect(removed).toBe(0);

    await user.click(screen.getByRole("button", { name: "Delete this recording" }));
    await user.click(await screen.findByRole("button", { name: "Delete it" }));
    await waitFor(() => expect(path()).toBe("/recordings"));
    expect(removed).toBe(1);
    expect(await screen.findByText("The recording is deleted.")).toBeInTheDocument();
  });

  test("that does not work leaves all as it is, and says so", async () => {
    const { user, path } = await show({
      "DELETE /v1/recordings/{recording}": () => {
        throw unreachable();
      },
    });
    await user.click(await screen.findByRole("button", { name: "Delete this recording" }));
    await user.click(await screen.findByRole("button", { name: "Delete it" }));
    expect(await screen.findByRole("alert")).toHaveTextContent("Timbre cannot be reached.");
    expect(path()).toBe("/recordings/r1");
  });
});

test("a recording that is not there is said to be so", async () => {
  await show({
    "GET /v1/recordings/{recording}": () => {
      throw refuse(404, "RECORDING_NOT_FOUND");
    },
  });
  expect(
    await screen.findByRole("heading", { name: "This recording is not there, or no longer" }),
  ).toBeVisible();
});

test("when nobody answers, it says so", async () => {
  await show({
    "GET /v1/recordings/{recording}": () => {
      throw unreachable();
    },
  });
  expect(await screen.findByRole("alert")).toHaveTextContent("Timbre cannot be reached.");
  expect(screen.getByRole("button", { name: "Try again" })).toBeVisible();
});
