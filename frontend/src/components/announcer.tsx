import { createContext, use, useCallback, useState, type ReactNode } from "react";
import styles from "./visually-hidden.module.css";

type Announce = (text: string, urgency?: "polite" | "assertive") => void;

const Context = createContext<Announce>(() => undefined);

/** Reads texts out to those who use a screen reader, without moving the focus. */
export function AnnouncerProvider({ children }: { children: ReactNode }) {
  const [said, setSaid] = useState({ polite: "", assertive: "" });
  const announce = useCallback<Announce>((text, urgency = "polite") => {
    // The same text twice is no change, and would not be read: a space makes it one.
    setSaid((before) => ({ ...before, [urgency]: before[urgency] === text ? `${text} ` : text }));
  }, []);
  return (
    <Context value={announce}>
      {children}
      <div className={styles.hidden} aria-live="polite" aria-atomic="true">
        {said.polite}
      </div>
      <div className={styles.hidden} aria-live="assertive" aria-atomic="true">
        {said.assertive}
      </div>
    </Context>
  );
}

/** For what happens somewhere else than where the person is: “Saved”, “Recording”. Not every second. */
export function useAnnounce(): Announce {
  return use(Context);
}
