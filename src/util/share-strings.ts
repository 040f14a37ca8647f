/**
 * Equal strings made one. What comes from a thread has a copy of each string at each place; a report of an archive holds
 * the same few thousand names and sentences a hundred thousand times.
 */

/** Longer strings hardly come twice. */
const longest = 200;
/** The memory of the strings themselves is bounded as well: after so many different ones it starts again. */
const most = 100_000;

export class SharedStrings {
  readonly #known = new Map<string, string>();

  /** Replaces the strings in plain data, in place, by equal ones seen before. Gives back `value`. */
  share<T>(value: T): T {
    return this.#walk(value) as T;
  }

  #walk(value: unknown): unknown {
    if (typeof value === "string") return value.length > longest ? value : this.#one(value);
    if (Array.isArray(value)) for (let i = 0; i < value.length; i++) value[i] = this.#walk(value[i]);
    else if (typeof value === "object" && value !== null) {
      const fields = value as Record<string, unknown>;
      for (const name of Object.keys(fields)) fields[name] = this.#walk(fields[name]);
    }
    return value;
  }

  #one(text: string): string {
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    if (this.#known.size >= most) this.#known.clear();
    this.#known.set(text, text);
    return text;
  }
}
