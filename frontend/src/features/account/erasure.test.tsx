import { screen, waitFor } from "@testing-library/react";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { expectAccessible } from "../../../testing/axe";
import { refuse, unreachable, type Handlers } from "../../../testing/fake-api";
import { stranger } from "../../../testing/fake-session";
import * as made from "../../../testing/made-account";
import { renderRoute } from "../../../testing/render-route";
import { totals, verifyReceipt } from "./receipt/verify-receipt";

const done = made.erasure();
const published = [made.receipt().publicKey];

describe("an erasure", () => {
  const open = (handlers: Handlers, receiptKeys: readonly string[] = published) =>
    renderRoute(`/${done.name}`, handlers, { as: stranger, config: { receiptKeys } });

  test("is watched until everything is gone, and says so aloud", async () => {
    let isDone = false;
    await open({ "GET /v1/erasures/{erasure}": () => (isDone ? done : made.erasing()) });
    expect(await screen.findByRole("heading", { name: "Everything is being erased" })).toBeVisible();
    expect(screen.getByRole("progressbar")).toBeVisible();
    await expectAccessible(document.body);
    isDone = true;
    expect(await screen.findByRole("heading", { name: "Everything is gone" })).toBeVisible();
    await waitFor(() =>
      expect(screen.getAllByText("Everything is gone").some((text) => text.closest("[aria-live]"))).toBe(
        true,
      ),
    );
    expect(screen.queryByRole("progressbar")).not.toBeInTheDocument();
  });

  test("shows the receipt, checked, and what was removed", async () => {
    await open({ "GET /v1/erasures/{erasure}": () => done });
    expect(await screen.findByText("The signature is genuine")).toBeVisible();
    expect(screen.getByText(/^3f0a8f6c/)).toBeVisible();
    expect(screen.getByText("Recordings, audio and transcripts").nextElementSibling).toHaveTextContent("10");
    expect(screen.queryByText("Your user id was")).not.toBeInTheDocument();
    await expectAccessible(document.body);
  });

  test("says that a key that nobody publishes has to be compared", async () => {
    await open({ "GET /v1/erasures/{erasure}": () => done }, []);
    expect(await screen.findByText("The signature fits")).toBeVisible();
  });

  test("warns of a changed receipt, and shows nothing of what it says", async () => {
    const receipt = made.receipt({ payload: made.receipt().payload.replace("14", "15") });
    await open({ "GET /v1/erasures/{erasure}": () => made.erasure({ receipt }) });
    expect(await screen.findByRole("alert")).toHaveTextContent("The signature does not fit");
    expect(screen.queryByText(/^3f0a8f6c/)).not.toBeInTheDocument();
  });

  test("gives the answer as a file, whole", async () => {
    const saved: Blob[] = [];
    vi.stubGlobal(
      "URL",
      Object.assign(URL, { createObjectURL: (blob: Blob) => (saved.push(blob), "blob:x") }),
    );
    vi.spyOn(HTMLAnchorElement.prototype, "click").mockReturnValue();
    const { user } = await open({ "GET /v1/erasures/{erasure}": () => done });
    await user.click(await screen.findByRole("button", { name: "Download the receipt" }));
    expect(JSON.parse((await saved[0]?.text()) ?? "null")).toEqual(done);
  });

  test("that nobody knows is no erasure", async () => {
    await open({
      "GET /v1/erasures/{erasure}": () => {
        throw refuse(404, "ERASURE_NOT_FOUND");
      },
    });
    expect(await screen.findByRole("alert")).toHaveTextContent("There is no erasure of this name.");
    expect(screen.queryByRole("progressbar")).not.toBeInTheDocument();
  });

  test("is asked for again when the network was away", async () => {
    let works = false;
    const { user } = await open({
      "GET /v1/erasures/{erasure}": () => {
        if (!works) throw unreachable();
        return done;
      },
    });
    await screen.findByRole("alert");
    works = true;
    await user.click(screen.getByRole("button", { name: "Try again" }));
    expect(await screen.findByText("The signature is genuine")).toBeVisible();
    expect(screen.queryByRole("alert")).not.toBeInTheDocument();
  });
});

describe("a receipt", () => {
  const kindOf = async (own: Parameters<typeof made.receipt>[0], keys = published) =>
    (await verifyReceipt(made.erasure({ receipt: made.receipt(own) }), keys)).kind;
  let foreign: CryptoKeyPair;
  let foreignPem: string;

  beforeEach(async () => {
    foreign = await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"]);
    const spki = new Uint8Array(await crypto.subtle.exportKey("spki", foreign.publicKey));
    foreignPem = `-----BEGIN PUBLIC KEY-----\n${btoa(String.fromCharCode(...spki))}\n-----END PUBLIC KEY-----\n`;
  });

  async function signed(payload: string) {
    const signature = await crypto.subtle.sign(
      "Ed25519",
      foreign.privateKey,
      new TextEncoder().encode(payload),
    );
    return {
      payload,
      signature: btoa(String.fromCharCode(...new Uint8Array(signature))),
      publicKey: foreignPem,
    };
  }

  test("holds by a published key, however that key is wrapped", async () => {
    expect(await kindOf({}, [made.receipt().publicKey.replace(/\n/g, "\r\n"), foreignPem])).toBe("published");
  });

  test("by another key is foreign", async () => {
    expect(await kindOf(await signed(made.receipt().payload))).toBe("foreign");
    expect(await kindOf({}, [foreignPem])).toBe("foreign");
  });

  test.each([
    ["another signature", { signature: btoa("x".repeat(64)) }],
    ["no base64", { signature: "%" }],
    ["no key", { publicKey: "ssh-ed25519 AAAA" }],
    ["another kind of key", { publicKey: "-----BEGIN PUBLIC KEY-----\nMFkw\n-----END PUBLIC KEY-----" }],
  ])("with %s is invalid", async (_, own) => expect(await kindOf(own)).toBe("invalid"));

  test("whose key somebody replaced is invalid", async () => {
    expect(await kindOf({ publicKey: foreignPem })).toBe("invalid");
  });

  test.each([
    ["no JSON", "erased"],
    ["another thing", JSON.stringify({ erasure: done.name })],
    ["something beside it", made.receipt().payload.replace("{", '{"more":1,')],
    ["counts that are none", made.receipt().payload.replace(":14", ':"14"')],
  ])("that signs %s is invalid", async (_, payload) => {
    expect(await kindOf(await signed(payload), [foreignPem])).toBe("invalid");
  });

  test("of another erasure is invalid", async () => {
    expect((await verifyReceipt(made.erasure({ name: "erasures/other" }), published)).kind).toBe("invalid");
  });

  test("cannot be checked where the browser has no way to", async () => {
    expect(await verifyReceipt(done, published, undefined as never)).toEqual(
      await verifyReceipt(done, published),
    );
    const old = {
      importKey: () => Promise.reject(new DOMException("no", "NotSupportedError")),
    } as unknown as SubtleCrypto;
    expect((await verifyReceipt(done, published, old)).kind).toBe("unable");
  });

  test("adds up what was removed", async () => {
    const verdict = await verifyReceipt(done, published);
    expect("said" in verdict && Object.fromEntries(totals(verdict.said))).toEqual({
      auth: 2,
      match: 16,
      media: 10,
      profile: 15,
    });
  });
});
