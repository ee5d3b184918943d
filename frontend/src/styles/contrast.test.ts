import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

const css = readFileSync(`${import.meta.dirname}/tokens.css`, "utf8");

type Theme = "light" | "dark";

function colour(token: string, theme: Theme): string {
  const pair = new RegExp(`--${token}: light-dark\\((#[0-9a-f]{6}), (#[0-9a-f]{6})\\)`).exec(css);
  if (!pair) throw new Error(`There is no pair of colours --${token}.`);
  return (theme === "light" ? pair[1] : pair[2]) ?? "";
}

/** Relative luminance as WCAG 2 defines it. */
function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5]
    .map((at) => parseInt(hex.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}

const backgrounds = ["paper", "surface", "sunk"];
const read: [text: string, on: string][] = [
  ...["ink", "ink-soft", "ember", "lagoon", "danger", "caution", "good"].flatMap((text) =>
    backgrounds.map((on): [string, string] => [text, on]),
  ),
  ...["ember", "lagoon", "danger", "caution", "good"].flatMap((hue): [string, string][] => [
    [hue, `${hue}-wash`],
    ["ink", `${hue}-wash`],
    ["ink-soft", `${hue}-wash`],
  ]),
  ...["ember", "lagoon", "danger"].map((hue): [string, string] => [`on-${hue}`, `${hue}-fill`]),
  ["paper", "ink"],
];
/** Borders of controls and what is drawn: 3 : 1 is asked. */
const seen: [mark: string, on: string][] = [
  "line-strong",
  "ember-fill",
  "lagoon-fill",
  "danger-fill",
].flatMap((mark) => backgrounds.map((on): [string, string] => [mark, on]));

describe.each<Theme>(["light", "dark"])("in the %s theme", (theme) => {
  test.each(read)("%s can be read on %s", (text, on) => {
    expect(contrast(colour(text, theme), colour(on, theme))).toBeGreaterThanOrEqual(4.5);
  });

  test.each(seen)("%s can be seen on %s", (mark, on) => {
    expect(contrast(colour(mark, theme), colour(on, theme))).toBeGreaterThanOrEqual(3);
  });
});

test("the measure is WCAG's", () => {
  expect(contrast("#000000", "#ffffff")).toBeCloseTo(21);
  expect(contrast("#777777", "#ffffff")).toBeCloseTo(4.48, 2);
});
