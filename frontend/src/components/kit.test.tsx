import { useState } from "react";
import { render, screen, waitFor, within } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { describe, expect, test, vi } from "vitest";
import { setTheme } from "@/lib/theme";
import { expectAccessible } from "../../testing/axe";
import { AnnouncerProvider, useAnnounce } from "./announcer";
import { Button } from "./button";
import { Dialog } from "./dialog";
import { ErrorNotice } from "./error-notice";
import { Kit } from "../../testing/kit";
import { Menu } from "./menu";
import { Quote } from "./quote";
import { Select } from "./select";
import { TextField } from "./text-field";
import { ApiError, Unreachable } from "@/api/api-error";

describe.each(["light", "dark"] as const)("the kit in the %s theme", (theme) => {
  test("gives axe nothing to say", async () => {
    setTheme(theme);
    render(<Kit />);
    expect(document.documentElement.dataset.theme).toBe(theme);
    await expectAccessible(document.body);
  });

  test("gives axe nothing to say with a dialog open", async () => {
    setTheme(theme);
    const user = userEvent.setup();
    render(<Kit />);
    await user.click(screen.getByRole("button", { name: "Erase it …" }));
    await expectAccessible(await screen.findByRole("alertdialog"));
  });
});

test("a button at work keeps its focus and does nothing", async () => {
  const user = userEvent.setup();
  const press = vi.fn();
  render(
    <Button isPending onPress={press}>
      Send
    </Button>,
  );
  await user.tab();
  expect(screen.getByRole("button")).toHaveFocus();
  await user.keyboard("{Enter}");
  expect(press).not.toHaveBeenCalled();
});

test("a dialog takes the focus, closes by Escape and gives it back", async () => {
  const user = userEvent.setup();
  function Screen() {
    const [isOpen, setOpen] = useState(false);
    return (
      <>
        <Button onPress={() => setOpen(true)}>Open</Button>
        <Dialog title="Sure" isOpen={isOpen} onClose={() => setOpen(false)} actions={<Button>Yes</Button>}>
          Text
        </Dialog>
      </>
    );
  }
  render(<Screen />);
  await user.click(screen.getByRole("button", { name: "Open" }));
  const dialog = await screen.findByRole("dialog", { name: "Sure" });
  expect(dialog.contains(document.activeElement)).toBe(true);
  await user.keyboard("{Escape}");
  await waitFor(() => expect(screen.queryByRole("dialog")).not.toBeInTheDocument());
  await waitFor(() => expect(screen.getByRole("button", { name: "Open" })).toHaveFocus());
});

test("a menu is worked by keyboard", async () => {
  const user = userEvent.setup();
  const block = vi.fn();
  render(<Menu label="More about Ada" commands={[{ id: "block", label: "Block", onAction: block }]} />);
  await user.tab();
  await user.keyboard("{Enter}");
  await screen.findByRole("menuitem", { name: "Block" });
  await user.keyboard("{Enter}");
  expect(block).toHaveBeenCalledOnce();
});

test("a select gives back what was chosen", async () => {
  const user = userEvent.setup();
  const change = vi.fn();
  const choices = [
    { id: "a", label: "Apples" },
    { id: "b", label: "Pears" },
  ] as const;
  render(<Select label="Fruit" choices={choices} value="a" onChange={change} />);
  await user.click(screen.getByRole("button", { name: /Fruit/ }));
  await user.click(await screen.findByRole("option", { name: "Pears" }));
  expect(change).toHaveBeenCalledWith("b");
});

test("a field tells what is wrong with it", () => {
  render(<TextField label="Name" value="" onChange={vi.fn()} help="As others see it" error="Too short" />);
  const field = screen.getByRole("textbox", { name: "Name" });
  expect(field).toBeInvalid();
  expect(field).toHaveAccessibleDescription("As others see it Too short");
});

test("a quote can be heard, and says whose it is", async () => {
  const user = userEvent.setup();
  const press = vi.fn();
  render(
    <Quote
      text="I teach sailing"
      whose="theirs"
      by="Ada"
      startMs={65_000}
      player={{ state: "idle", onPress: press }}
    />,
  );
  const figure = within(screen.getByRole("figure"));
  expect(figure.getByText("Ada said")).toBeVisible();
  expect(figure.getByText("1:05")).toBeVisible();
  await user.click(figure.getByRole("button", { name: "Play “I teach sailing”" }));
  expect(press).toHaveBeenCalledOnce();
});

test("an announcement that is made twice is read twice", async () => {
  const user = userEvent.setup();
  function Screen() {
    const announce = useAnnounce();
    return <Button onPress={() => announce("Saved")}>Save</Button>;
  }
  const { container } = render(
    <AnnouncerProvider>
      <Screen />
    </AnnouncerProvider>,
  );
  const region = container.querySelector("[aria-live=polite]");
  await user.click(screen.getByRole("button"));
  const first = region?.textContent;
  expect(first).toBe("Saved");
  await user.click(screen.getByRole("button"));
  expect(region?.textContent.trim()).toBe("Saved");
  expect(region?.textContent).not.toBe(first);
});

test("an error is told in words, and may be tried again only where that helps", () => {
  const { rerender } = render(<ErrorNotice error={new Unreachable("socket 7 broke")} onRetry={vi.fn()} />);
  expect(screen.getByRole("alert")).toHaveTextContent("Timbre cannot be reached.");
  expect(screen.getByRole("button", { name: "Try again" })).toBeVisible();
  rerender(<ErrorNotice error={new ApiError(403, { message: "secret" })} onRetry={vi.fn()} />);
  expect(screen.getByRole("alert")).toHaveTextContent("This did not work.");
  expect(screen.queryByRole("button")).not.toBeInTheDocument();
});
