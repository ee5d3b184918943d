import axe from "axe-core";
import { expect } from "vitest";

/**
 * Expect that axe finds nothing. Colours are measured by src/styles/contrast.test.ts, since there are no pixels here.
 */
export async function expectAccessible(element: Element): Promise<void> {
  const { violations } = await axe.run(element, {
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    rules: { "color-contrast": { enabled: false } },
  });
  const found = violations.map(
    ({ id, help, nodes }) => `${id}: ${help}\n  ${nodes.map((n) => n.html).join("\n  ")}`,
  );
  expect(found).toEqual([]);
}
