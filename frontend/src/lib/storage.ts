/** The browser's storage, or one that forgets where the browser refuses (private windows, blocked cookies). */
export function storage(kind: "local" | "session"): Storage {
  try {
    const found = kind === "local" ? window.localStorage : window.sessionStorage;
    found.getItem("");
    return found;
  } catch {
    return new Forgetful();
  }
}

class Forgetful implements Storage {
  readonly #items = new Map<string, string>();

  get length() {
    return this.#items.size;
  }

  clear() {
    this.#items.clear();
  }

  getItem(key: string) {
    return this.#items.get(key) ?? null;
  }

  key(index: number) {
    return [...this.#items.keys()][index] ?? null;
  }

  removeItem(key: string) {
    this.#items.delete(key);
  }

  setItem(key: string, value: string) {
    this.#items.set(key, value);
  }
}
