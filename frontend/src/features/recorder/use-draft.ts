import { useEffect, useRef, useState } from "react";
import type { Draft } from "./takes/take";
import type { TakeStore } from "./takes/take-store";

/** What a person is writing; kept in this browser while they do, and theirs once they have signed in. */
export function useDraft(takes: TakeStore, owner: string | undefined) {
  const [draft, setDraft] = useState<Draft>();
  const current = useRef<Draft>(undefined);
  const writing = useRef(Promise.resolve());

  useEffect(() => {
    let gone = false;
    void findDraft(takes, owner).then((found) => {
      if (gone) return;
      current.current = found;
      setDraft(found);
    });
    return () => {
      gone = true;
    };
  }, [takes, owner]);

  /** One after the other, the last one wins. What cannot be kept can still be sent. */
  function keep(next: Draft): Promise<void> {
    current.current = next;
    setDraft(next);
    writing.current = writing.current.then(() => takes.keepDraft(next)).catch(() => undefined);
    return writing.current;
  }

  return {
    /** Nothing until it was looked up. */
    text: draft?.text,
    write(text: string) {
      if (current.current) void keep({ ...current.current, text });
    },
    /** The key to send it under: the same for the same text and question. */
    async keyFor(prompt: string): Promise<string> {
      const now = current.current;
      if (!now) throw new Error("There is no draft yet.");
      if (now.sent?.text === now.text && now.sent.prompt === prompt) return now.sent.key;
      const sent = { key: crypto.randomUUID(), text: now.text, prompt };
      await keep({ ...now, sent });
      return sent.key;
    },
    async remove() {
      await writing.current;
      await takes.removeDraft(owner);
    },
  };
}

/** A person's own draft, or the one that was begun before anybody signed in. */
async function findDraft(takes: TakeStore, owner: string | undefined): Promise<Draft> {
  const own = await takes.draft(owner);
  if (own && own.text !== "") return own;
  const orphan = owner === undefined ? undefined : await takes.draft(undefined);
  if (!orphan) return { owner, text: "", sent: undefined };
  const adopted = { ...orphan, owner };
  await takes.keepDraft(adopted);
  await takes.removeDraft(undefined);
  return adopted;
}
