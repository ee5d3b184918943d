import { screen } from "@testing-library/react";
import { ada } from "./fake-session";
import { settle } from "./fake-studio";
import { full } from "./full-api";
import type { Handlers } from "./fake-api";
import * as made from "./made";
import { renderRoute } from "./render-route";
import { StudioProvider, type Studio } from "@/features/recorder/studio";

type Options = NonNullable<Parameters<typeof renderRoute>[2]>;

const ticket = { url: "http://store.test/", fields: {}, expireTime: "2099-01-01T00:00:00Z" };

/** An API that takes what is sent to it. */
export const taking: Handlers = {
  ...full,
  "POST /v1/recordings": () => ({ recording: made.recording({ state: "STATE_UPLOADING" }), ticket }),
  "POST /v1/recordings/{recording}:complete": () => made.recording({ state: "STATE_QUEUED" }),
  "DELETE /v1/recordings/{recording}": () => ({}),
};

/** Open the first page in a studio without a browser; Ada is signed in unless the options say otherwise. */
export async function renderStudio(studio: Studio, options: Options = {}, handlers: Handlers = taking) {
  const opened = Promise.resolve(studio);
  const view = await renderRoute("/", handlers, {
    as: ada,
    around: (page) => <StudioProvider value={opened}>{page}</StudioProvider>,
    ...options,
  });
  await screen.findByRole("heading", { level: 1 });
  await settle();
  return view;
}

export const button = (name: string | RegExp) => screen.findByRole("button", { name });
