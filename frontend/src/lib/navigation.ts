let navigated = false;

/** Remember that the person went from one screen to another, instead of opening the first. */
export function noteNavigation(): void {
  navigated = true;
}

/** Whether the current screen was reached from another one. */
export function wasNavigated(): boolean {
  return navigated;
}
