/**
 * The part of ICU's message format that our texts use: `{name}`, `{n, plural, =0 {…} one {…} other {… # …}}` and
 * `{what, select, a {…} other {…}}`, nested at will. There is no quoting: a text cannot contain braces.
 */

export type Value = string | number;

type Part =
  | { kind: "text"; text: string }
  | { kind: "argument"; name: string }
  | { kind: "number" }
  | { kind: "choice"; name: string; by: "plural" | "select"; options: Map<string, Part[]> };

const parsed = new Map<string, Part[]>();

/** Fill in a message; what is not text in `values` comes back as it is, in its place. */
export function fill<T>(
  message: string,
  values: Readonly<Record<string, Value | T>>,
  locale: string,
): (string | T)[] {
  let parts = parsed.get(message);
  if (!parts) {
    parts = new Reader(message).all();
    parsed.set(message, parts);
  }
  return [...render(parts, values, locale, undefined)];
}

/** The names that a message asks for. */
export function names(message: string): Set<string> {
  const found = new Set<string>();
  const visit = (parts: Part[]) => {
    for (const part of parts) {
      if (part.kind === "argument" || part.kind === "choice") found.add(part.name);
      if (part.kind === "choice") part.options.forEach(visit);
    }
  };
  visit(new Reader(message).all());
  return found;
}

/** The message with its texts changed, and all that programs read left alone. */
export function mapTexts(message: string, change: (text: string) => string): string {
  const write = (parts: Part[]): string =>
    parts
      .map((part) => {
        if (part.kind === "text") return change(part.text);
        if (part.kind === "number") return "#";
        if (part.kind === "argument") return `{${part.name}}`;
        const options = [...part.options].map(([label, inner]) => `${label} {${write(inner)}}`);
        return `{${part.name}, ${part.by}, ${options.join(" ")}}`;
      })
      .join("");
  return write(new Reader(message).all());
}

function* render<T>(
  parts: Part[],
  values: Readonly<Record<string, Value | T>>,
  locale: string,
  count: number | undefined,
): Generator<string | T> {
  for (const part of parts) {
    if (part.kind === "text") yield part.text;
    else if (part.kind === "number") yield new Intl.NumberFormat(locale).format(count ?? 0);
    else {
      const value = values[part.name];
      if (value === undefined) throw new Error(`The message needs a value for “${part.name}”.`);
      if (part.kind === "choice") {
        const number = Number(value);
        yield* render(option(part, String(value), locale), values, locale, number);
      } else yield typeof value === "number" ? new Intl.NumberFormat(locale).format(value) : value;
    }
  }
}

function option(part: Part & { kind: "choice" }, value: string, locale: string): Part[] {
  const label = part.by === "plural" ? new Intl.PluralRules(locale).select(Number(value)) : value;
  const exact = part.by === "plural" ? part.options.get(`=${value}`) : undefined;
  return exact ?? part.options.get(label) ?? part.options.get("other") ?? [];
}

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  all(): Part[] {
    const parts = this.#parts(false);
    if (this.#at < this.#text.length) throw this.#error("a brace too many");
    return parts;
  }

  #parts(inPlural: boolean): Part[] {
    const parts: Part[] = [];
    while (this.#at < this.#text.length && this.#text[this.#at] !== "}") {
      if (this.#text[this.#at] === "{") parts.push(this.#argument());
      else if (inPlural && this.#text[this.#at] === "#") {
        this.#at += 1;
        parts.push({ kind: "number" });
      } else parts.push({ kind: "text", text: this.#take(inPlural ? /[^{}#]+/y : /[^{}]+/y) });
    }
    return parts;
  }

  #argument(): Part {
    this.#expect("{");
    const name = this.#take(/\s*\w+\s*/y).trim();
    if (this.#text[this.#at] === "}") {
      this.#at += 1;
      return { kind: "argument", name };
    }
    this.#expect(",");
    const by = this.#take(/\s*\w+\s*/y).trim();
    if (by !== "plural" && by !== "select") throw this.#error(`no such kind: ${by}`);
    this.#expect(",");
    const options = new Map<string, Part[]>();
    this.#take(/\s*/y);
    while (this.#text[this.#at] !== "}") {
      const label = this.#take(/[=\w]+\s*/y).trim();
      this.#expect("{");
      options.set(label, this.#parts(by === "plural"));
      this.#expect("}");
      this.#take(/\s*/y);
    }
    this.#expect("}");
    if (!options.has("other")) throw this.#error("“other” is missing");
    return { kind: "choice", name, by, options };
  }

  #take(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found === undefined) throw this.#error("not understood");
    this.#at += found.length;
    return found;
  }

  #expect(character: string): void {
    if (this.#text[this.#at] !== character) throw this.#error(`“${character}” expected`);
    this.#at += 1;
  }

  #error(problem: string): Error {
    return new Error(`${problem} at ${this.#at} of “${this.#text}”`);
  }
}
