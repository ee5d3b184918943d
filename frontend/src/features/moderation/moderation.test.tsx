import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, test, vi } from "vitest";
import { expectAccessible } from "../../../testing/axe";
import { refuse, unreachable, type Handlers } from "../../../testing/fake-api";
import { ada, moderator } from "../../../testing/fake-session";
import * as made from "../../../testing/made";
import { renderRoute } from "../../../testing/render-route";

const open = (handlers: Handlers) => renderRoute("/moderation", handlers, { as: moderator });
const reports = (...all: ReturnType<typeof made.report>[]) => ({ ...made.lastPage, reports: all });

describe("reports", () => {
  test("are for moderators", async () => {
    await renderRoute("/moderation", {}, { as: ada }); // nothing is asked for
    expect(await screen.findByRole("heading", { name: "Only moderators can see this page." })).toBeVisible();
    await expectAccessible(document.body);
  });

  test("show what is said about whom, and what that person says", async () => {
    const { user } = await open({
      "GET /v1/reports": () =>
        reports(made.report({ statements: [made.statement({ quote: "I sell cameras." })] })),
    });
    const report = within(await screen.findByRole("article", { name: "About Max: Spam or advertising" }));
    expect(report.getByText("Sells cameras.")).toBeVisible();
    expect(report.getByText("2 people have reported them")).toBeVisible();
    await user.click(report.getByRole("button", { name: "What Max says, 1 sentence" }));
    expect(report.getByText("I sell cameras.")).toBeVisible();
    await expectAccessible(document.body);
  });

  test("are none", async () => {
    await open({ "GET /v1/reports": () => reports() });
    expect(await screen.findByRole("heading", { name: "Nothing waits for a decision" })).toBeVisible();
    await expectAccessible(document.body);
  });

  test("about people without a name or a word can be read, too", async () => {
    await open({
      "GET /v1/reports": () =>
        reports(made.report({ card: { displayName: "", headline: "", languages: [] }, comment: "" })),
    });
    expect(await screen.findByRole("heading", { name: /somebody without a name/ })).toBeVisible();
    expect(screen.getByText("Without a comment.")).toBeVisible();
    expect(screen.getByText(/Nothing that this person said/)).toBeVisible();
  });

  test("that cannot be read are asked for again", async () => {
    let works = false;
    const { user } = await open({
      "GET /v1/reports": () => {
        if (!works) throw unreachable();
        return reports(made.report());
      },
    });
    await screen.findByRole("alert");
    works = true;
    await user.click(screen.getByRole("button", { name: "Try again" }));
    expect(await screen.findByRole("article")).toBeVisible();
  });

  test("come page by page", async () => {
    const { user } = await open({
      "GET /v1/reports": ({ query }) =>
        query.pageToken === "next"
          ? reports(made.report({ name: "reports/x2", category: "CATEGORY_HATE" }))
          : { reports: [made.report()], nextPageToken: "next" },
    });
    await user.click(await screen.findByRole("button", { name: "Show more" }));
    expect(await screen.findByRole("article", { name: "About Max: Hate" })).toBeVisible();
    expect(screen.getAllByRole("article")).toHaveLength(2);
  });

  test("that are decided show how, when they are asked for", async () => {
    const { user } = await open({
      "GET /v1/reports": ({ query }) =>
        String(query.includeResolved) === "true"
          ? reports(
              made.report({
                resolution: "RESOLUTION_SUSPENDED",
                resolveTime: "2026-11-03T12:00:00Z",
                note: "The third time.",
              }),
            )
          : reports(),
    });
    await screen.findByText("Nothing waits for a decision");
    await user.click(screen.getByRole("switch", { name: "Show decided reports, too" }));
    const report = within(await screen.findByRole("article"));
    expect(report.getByText(/^Suspended, Nov 3, 2026/)).toBeVisible();
    expect(report.getByText("Note: The third time.")).toBeVisible();
    expect(report.queryByRole("button", { name: "Suspend" })).not.toBeInTheDocument();
  });
});

describe("a decision", () => {
  function open1(decide: Handlers["POST /v1/reports/{report}:resolve"]) {
    let open = [made.report()];
    return {
      close: () => (open = []),
      handlers: {
        "GET /v1/reports": () => reports(...open),
        ...(decide ? { "POST /v1/reports/{report}:resolve": decide } : {}),
      } satisfies Handlers,
    };
  }

  test("to suspend is asked about, carries a note, and tells what became of it", async () => {
    const sent = vi.fn();
    const system = open1(({ path, body, headers }) => {
      sent(path.report, body, Boolean(headers.get("idempotency-key")));
      system.close();
      return made.report({ resolution: "RESOLUTION_SUSPENDED" });
    });
    const { user } = await open(system.handlers);
    await user.click(await screen.findByRole("button", { name: "Suspend" }));
    const dialog = within(await screen.findByRole("alertdialog", { name: "Suspend Max?" }));
    await expectAccessible(document.body);
    await user.type(dialog.getByRole("textbox", { name: "Note for other moderators" }), " The third time. ");
    await user.click(dialog.getByRole("button", { name: "Suspend" }));
    const outcome = await screen.findByText(/Max is suspended/);
    expect(sent).toHaveBeenCalledExactlyOnceWith(
      "x1",
      { resolution: "RESOLUTION_SUSPENDED", note: "The third time." },
      true,
    );
    expect(outcome.closest("[role=status]")).toBeVisible();
    await waitFor(() => expect(document.activeElement).toContainElement(outcome));
    expect(await screen.findByText("Nothing waits for a decision")).toBeVisible();
  });

  test("to do nothing needs no note", async () => {
    const sent = vi.fn();
    const system = open1(({ body }) => {
      sent(body);
      system.close();
      return made.report({ resolution: "RESOLUTION_DISMISSED" });
    });
    const { user } = await open(system.handlers);
    await user.click(await screen.findByRole("button", { name: "Nothing to do" }));
    const dialog = within(await screen.findByRole("dialog"));
    await user.click(dialog.getByRole("button", { name: "Nothing to do" }));
    expect(await screen.findByText(/The reports about Max are closed/)).toBeVisible();
    expect(sent).toHaveBeenCalledExactlyOnceWith({ resolution: "RESOLUTION_DISMISSED", note: "" });
  });

  test("can be left undone", async () => {
    const { user } = await open(open1(undefined).handlers);
    await user.click(await screen.findByRole("button", { name: "Suspend" }));
    await user.click(within(await screen.findByRole("alertdialog")).getByRole("button", { name: "Cancel" }));
    await waitFor(() => expect(screen.queryByRole("alertdialog")).not.toBeInTheDocument());
    await waitFor(() => expect(screen.getByRole("button", { name: "Suspend" })).toHaveFocus());
  });

  test("that somebody else has made says so", async () => {
    const { user } = await open(
      open1(() => {
        throw refuse(400, "REPORT_RESOLVED");
      }).handlers,
    );
    await user.click(await screen.findByRole("button", { name: "Suspend" }));
    const dialog = within(await screen.findByRole("alertdialog"));
    await user.click(dialog.getByRole("button", { name: "Suspend" }));
    expect(await dialog.findByRole("alert")).toHaveTextContent("This report was already decided.");
  });
});
