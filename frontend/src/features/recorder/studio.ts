import { createContext, use } from "react";
import { browserAudio, type Keep } from "@/features/recordings/lib/kept-audio";
import { browserMicrophone } from "./recording/browser-microphone";
import type { Microphone } from "./recording/microphone";
import { Recorder } from "./recording/recorder";
import { browserStore } from "./takes/browser-store";
import { browserLocks, type Locks } from "./takes/locks";
import { memoryStore } from "./takes/memory-store";
import type { TakeStore } from "./takes/take-store";
import { Desk } from "./upload/desk";
import { postByXhr, type Post } from "./upload/post";

/** What the recorder needs of a browser; tests bring their own. */
export interface StudioParts {
  microphone: Microphone;
  takes: TakeStore;
  locks: Locks;
  post: Post;
  keep: Keep;
}

export interface Studio extends StudioParts {
  recorder: Recorder;
  desk: Desk;
}

export function studioOf(parts: StudioParts): Studio {
  return { ...parts, recorder: new Recorder(parts), desk: new Desk(parts) };
}

const Context = createContext<Promise<Studio> | undefined>(undefined);
export const StudioProvider = Context;

let ofThisBrowser: Promise<Studio> | undefined;

/** The studio of this page, one for as long as it is open; suspends until it stands. */
export function useStudio(): Studio {
  return use(use(Context) ?? (ofThisBrowser ??= openStudio()));
}

async function openStudio(): Promise<Studio> {
  // Some browsers keep nothing in private windows; recording works all the same.
  const takes = await browserStore().catch(() => memoryStore());
  const keep: Keep = async (...sound) => (await browserAudio()).keep(...sound);
  return studioOf({ microphone: browserMicrophone(), takes, locks: browserLocks(), post: postByXhr, keep });
}
