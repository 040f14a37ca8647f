/** Gives equal world states the same number: a hash table over the arrays themselves, without a copy as text. */

export class WorldIds {
  private slots: Int32Array = new Int32Array(1024).fill(-1);
  private readonly worlds: Int32Array[] = [];
  private readonly hashes: number[] = [];

  /** The array must not change afterwards. */
  of(world: Int32Array): number {
    let hash = 0x811c9dc5;
    for (const word of world) hash = Math.imul(hash ^ word, 0x01000193) ^ (hash >>> 15);
    hash >>>= 0;
    const mask = this.slots.length - 1;
    for (let at = hash & mask; ; at = (at + 1) & mask) {
      const id = this.slots[at]!;
      if (id < 0) {
        this.slots[at] = this.worlds.length;
        return this.add(world, hash);
      }
      if (this.hashes[id] === hash && same(this.worlds[id]!, world)) return id;
    }
  }

  private add(world: Int32Array, hash: number): number {
    const id = this.worlds.push(world) - 1;
    this.hashes.push(hash);
    if (this.worlds.length * 2 > this.slots.length) this.grow();
    return id;
  }

  private grow(): void {
    const slots = new Int32Array(this.slots.length * 4).fill(-1);
    const mask = slots.length - 1;
    for (const [id, hash] of this.hashes.entries()) {
      let at = hash & mask;
      while (slots[at]! >= 0) at = (at + 1) & mask;
      slots[at] = id;
    }
    this.slots = slots;
  }
}

function same(a: Int32Array, b: Int32Array): boolean {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
