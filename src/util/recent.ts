/**
 * A cache of bounded weight that keeps what was asked for lately. Two halves: when the younger is full it becomes the
 * elder, and what nobody asked the elder for is forgotten. Simpler than a list in order of use, and as good where
 * everything can be made again.
 */
interface Kept<Value> {
  readonly value: Value;
  readonly weight: number;
}

export class Recent<Value> {
  readonly #most: number;
  #young = new Map<string, Kept<Value>>();
  #old = new Map<string, Kept<Value>>();
  #room: number;

  /** `most`: weight of one half. */
  constructor(most: number) {
    this.#most = most;
    this.#room = most;
  }

  find(key: string): Value | undefined {
    const young = this.#young.get(key);
    if (young !== undefined) return young.value;
    const old = this.#old.get(key);
    if (old !== undefined) this.keep(key, old.weight, old.value);
    return old?.value;
  }

  /** What weighs more than a half is not kept. */
  keep(key: string, weight: number, value: Value): void {
    if (weight > this.#most) return;
    this.#room += this.#young.get(key)?.weight ?? 0;
    this.#young.delete(key);
    if (weight > this.#room) {
      this.#old = this.#young;
      this.#young = new Map();
      this.#room = this.#most;
    }
    this.#room -= weight;
    this.#young.set(key, { value, weight });
  }
}
