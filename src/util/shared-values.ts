/**
 * Equal small values made one. What comes from a thread has a copy of each string at each place, and the report of an
 * archive holds the same few thousand names, sentences, empty lists and counts a hundred thousand times.
 */

/** Longer strings hardly come twice. */
const longest = 200;
/** The memory of what is shared is bounded as well: after so many different ones it starts again. */
const most = 100_000;

export class SharedValues {
  readonly #known = new Map<string, unknown>();

  /** Replaces strings, empty lists and records of numbers in plain data, in place, by equal ones seen before. Gives back `value`. */
  share<T>(value: T): T {
    return this.#walk(value) as T;
  }

  #walk(value: unknown): unknown {
    if (typeof value === "string") return value.length > longest ? value : this.#one(`"${value}`, value);
    if (typeof value !== "object" || value === null) return value;
    if (Array.isArray(value)) {
      if (value.length === 0) return this.#one("[]", Object.freeze(value));
      for (let i = 0; i < value.length; i++) value[i] = this.#walk(value[i]);
      return value;
    }
    const fields = value as Record<string, unknown>;
    const names = Object.keys(fields);
    if (names.length <= 4 && names.every((name) => typeof fields[name] === "number")) return this.#one(JSON.stringify(fields), Object.freeze(fields));
    for (const name of names) fields[name] = this.#walk(fields[name]);
    return value;
  }

  #one(key: string, value: unknown): unknown {
    if (this.#known.has(key)) return this.#known.get(key);
    if (this.#known.size >= most) this.#known.clear();
    this.#known.set(key, value);
    return value;
  }
}
