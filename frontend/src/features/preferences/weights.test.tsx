import { fireEvent, screen, within } from "@testing-library/react";
import { expect, test } from "vitest";
import { expectAccessible } from "../../../testing/axe";
import { refuse, type Handlers } from "../../../testing/fake-api";
import { full } from "../../../testing/full-api";
import * as made from "../../../testing/made";
import * as madeProfile from "../../../testing/made-profile";
import { renderRoute } from "../../../testing/render-route";

async function open(handlers: Handlers) {
  const { user } = await renderRoute("/preferences", handlers);
  const heading = await screen.findByRole("heading", { name: "What counts" });
  const section = heading.closest("section");
  if (!section) throw new Error("no section");
  return { user, weights: within(section) };
}

test("shows what was set, what feedback added, and both together", async () => {
  const { weights } = await open({
    ...full,
    "GET /v1/preferences": () => made.preferences({ weights: [{ facet: "FACET_VALUE", weight: 1.5 }] }),
  });
  expect(weights.getByText("more, × 1.5")).toBeVisible();
  expect(await weights.findByText("Your feedback makes it × 1.2, together × 1.8.")).toBeVisible();
  expect(weights.getAllByText("as usual")).toHaveLength(5);
});

test("saves weights, and leaves those out that say nothing", async () => {
  const sent: unknown[] = [];
  const { user, weights } = await open({
    ...full,
    "GET /v1/preferences": () => made.preferences({ weights: [{ facet: "FACET_OFFER", weight: 0.9 }] }),
    "PATCH /v1/preferences": ({ query, body }) => {
      sent.push({ query, body });
      return made.preferences({ weights: body.weights ?? [], etag: "q2" });
    },
  });
  // jsdom has no arrow keys on ranges: what they do is a change.
  fireEvent.change(weights.getByRole("slider", { name: "Goals" }), { target: { value: "1.3" } });
  fireEvent.change(weights.getByRole("slider", { name: "To offer" }), { target: { value: "1" } });
  fireEvent.change(weights.getByRole("slider", { name: "Values" }), { target: { value: "0.5" } });
  await user.click(weights.getByRole("button", { name: "Save" }));
  expect(await weights.findByText("Saved.")).toBeVisible();
  expect(sent).toEqual([
    {
      query: { updateMask: "weights" },
      body: {
        weights: [
          { facet: "FACET_VALUE", weight: 0.5 },
          { facet: "FACET_GOAL", weight: 1.3 },
        ],
        etag: "q1",
      },
    },
  ]);
});

test("forgets feedback after asking", async () => {
  let resets = 0;
  const { user, weights } = await open({
    ...full,
    "POST /v1/facetWeights:reset": () => {
      resets += 1;
      if (resets === 1) throw refuse(503, "UNAVAILABLE");
      return madeProfile.facetWeights({});
    },
  });
  await user.click(await weights.findByRole("button", { name: "Forget my feedback …" }));
  const dialog = await screen.findByRole("alertdialog", { name: "Forget all your feedback?" });
  await expectAccessible(dialog);
  await user.click(within(dialog).getByRole("button", { name: "Forget it" }));
  expect(await within(dialog).findByRole("alert")).toHaveTextContent("cannot answer at the moment");
  await user.click(within(dialog).getByRole("button", { name: "Forget it" }));
  expect(await screen.findByText("Your feedback is forgotten.")).toBeInTheDocument();
  expect(await weights.findByText(/^Your feedback has not changed anything here/)).toBeVisible();
  expect(weights.queryByText(/^Your feedback makes it/)).not.toBeInTheDocument();
});

test("without a profile nobody has given feedback", async () => {
  const { weights } = await open({
    ...full,
    "GET /v1/facetWeights": () => {
      throw refuse(400, "PROFILE_NOT_READY");
    },
  });
  expect(await weights.findByText(/^Your feedback has not changed anything here/)).toBeVisible();
  expect(screen.queryByRole("alert")).not.toBeInTheDocument();
});
