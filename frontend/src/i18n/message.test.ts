import { describe, expect, test } from "vitest";
import { fill, mapTexts, names } from "./message";

const one = (message: string, values: Record<string, string | number> = {}, locale = "en") =>
  fill(message, values, locale).join("");

describe("a message", () => {
  test("is filled in", () => {
    expect(one("Hello {name}, again {name}", { name: "Ada" })).toBe("Hello Ada, again Ada");
  });

  test.each([
    [0, "nobody"],
    [1, "one person"],
    [1234, "1,234 people"],
  ])("chooses by number: %i", (count, text) => {
    expect(one("{count, plural, =0 {nobody} one {one person} other {# people}}", { count })).toBe(text);
  });

  test("counts as the language does", () => {
    expect(one("{n, plural, one {#} other {# personas}}", { n: 12345 }, "es")).toBe("12.345 personas");
  });

  test("chooses by word, and nests", () => {
    const message = "{who, select, mine {You} other {{name} {n, plural, one {once} other {# times}}}}";
    expect(one(message, { who: "mine", name: "Ada", n: 1 })).toBe("You");
    expect(one(message, { who: "theirs", name: "Ada", n: 3 })).toBe("Ada 3 times");
  });

  test("keeps elements as they are", () => {
    const link = { element: true };
    expect(fill("Read {link} first", { link }, "en")).toEqual(["Read ", link, " first"]);
  });

  test("does not hide a value that is missing", () => {
    expect(() => one("Hello {name}")).toThrow("name");
  });

  test.each(["{", "a}", "{n, plural, one {x}}", "{n, date, x}", "{n, plural, one x other {y}}"])(
    "is refused when it is malformed: %s",
    (message) => {
      expect(() => one(message, { n: 1 })).toThrow();
    },
  );

  test("tells what it asks for", () => {
    expect(names("{a} {b, plural, other {{c}}}")).toEqual(new Set(["a", "b", "c"]));
  });

  test("can be changed without touching what programs read", () => {
    const message = "x {name} {n, plural, one {x} other {# x}}";
    expect(mapTexts(message, (text) => text.replaceAll("x", "y"))).toBe(message.replaceAll(/\bx\b/g, "y"));
  });
});
