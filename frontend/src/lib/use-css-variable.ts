import { useCallback, type RefCallback } from "react";

/**
 * Gives an element a number that only script knows, as a CSS variable. By the CSSOM, because the content security
 * policy allows no style attributes.
 */
export function useCssVariable<T extends HTMLElement>(
  name: `--${string}`,
  value: string | number,
): RefCallback<T> {
  return useCallback((element: T | null) => element?.style.setProperty(name, String(value)), [name, value]);
}
