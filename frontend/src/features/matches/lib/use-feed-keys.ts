import { useEffect, type RefObject } from "react";

/** The keys of a feed, by which people who cannot scroll a list of long things get through it. */
const steps: Readonly<Record<string, number>> = { PageDown: 1, PageUp: -1, j: 1, k: -1 };

/** While the focus is within a card, lets keys move it to the next one or the one before. */
export function useFeedKeys(feed: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const element = feed.current;
    if (!element) return;
    const onKey = (event: KeyboardEvent) => {
      const step = steps[event.key];
      if (step === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
      const cards = [...element.querySelectorAll<HTMLElement>(":scope > article")];
      const here = cards.findIndex((card) => card.contains(document.activeElement));
      const next = here < 0 ? undefined : cards[here + step];
      if (!next) return;
      event.preventDefault();
      next.focus({ preventScroll: true });
      next.scrollIntoView({ block: "start" });
    };
    element.addEventListener("keydown", onKey);
    return () => element.removeEventListener("keydown", onKey);
  }, [feed]);
}
