/**
 * What grouping keeps of every mail of an input, most of which hold no patch: its id and why it holds none, in columns of
 * numbers. Twelve bytes a mail, and up to twice as much where a column has just grown.
 */
export class MailIndex {
  #ids = new Float64Array(256);
  #reasons = new Uint32Array(256);
  #length = 0;
  /** Reasons by number; 0 stands for none. The same few come again and again. */
  readonly #texts: (string | undefined)[] = [undefined];
  readonly #numbers = new Map<string, number>();

  /** Mails so far: where the next one stands. */
  get length(): number {
    return this.#length;
  }

  /** `id`: digest of the mail's id. `reason`: why it holds no patch, or null. */
  add(id: number, reason: string | null): void {
    if (this.#length === this.#ids.length) this.#grow();
    this.#ids[this.#length] = id;
    this.#reasons[this.#length] = reason === null ? 0 : this.#numberOf(reason);
    this.#length++;
  }

  idAt(at: number): number | undefined {
    return at < this.#length ? this.#ids[at] : undefined;
  }

  reasonAt(at: number): string | undefined {
    return at < this.#length ? this.#texts[this.#reasons[at]!] : undefined;
  }

  /** Each of these ids that there is, and the first mail that has it. */
  firstPlaces(ids: Iterable<number>): ReadonlyMap<number, number> {
    const wanted = new Set(ids);
    const places = new Map<number, number>();
    for (let at = 0; at < this.#length; at++) {
      const id = this.#ids[at]!;
      if (wanted.has(id) && !places.has(id)) places.set(id, at);
    }
    return places;
  }

  #numberOf(reason: string): number {
    const known = this.#numbers.get(reason);
    if (known !== undefined) return known;
    this.#numbers.set(reason, this.#texts.length);
    return this.#texts.push(reason) - 1;
  }

  #grow(): void {
    const [ids, reasons] = [this.#ids, this.#reasons];
    this.#ids = new Float64Array(2 * ids.length);
    this.#ids.set(ids);
    this.#reasons = new Uint32Array(2 * reasons.length);
    this.#reasons.set(reasons);
  }
}
