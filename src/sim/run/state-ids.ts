/** Gives equal states the same number: a hash table over the arrays themselves, without a copy as text. */

interface Numbered {
  readonly id: number;
}

export class StateIds {
  private slots: Int32Array = new Int32Array(1024).fill(-1);
  private readonly worlds: Int32Array[] = [];
  private readonly standings: (readonly Numbered[])[] = [];
  private readonly hashes: number[] = [];

  /** Neither array may change afterwards. */
  of(world: Int32Array, standings: readonly Numbered[]): number {
    const hash = hashOf(world, standings);
    const mask = this.slots.length - 1;
    for (let at = hash & mask; ; at = (at + 1) & mask) {
      const id = this.slots[at]!;
      if (id < 0) {
        this.slots[at] = this.worlds.length;
        return this.add(world, standings, hash);
      }
      if (this.hashes[id] === hash && sameStandings(this.standings[id]!, standings) && same(this.worlds[id]!, world)) return id;
    }
  }

  /** Whether this very array is the one that stands for its state. */
  keeps(id: number, world: Int32Array): boolean {
    return this.worlds[id] === world;
  }

  private add(world: Int32Array, standings: readonly Numbered[], hash: number): number {
    const id = this.worlds.push(world) - 1;
    this.standings.push(standings);
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

/** Of every other word each, as one sum would wait for itself from word to word. */
function hashOf(world: Int32Array, standings: readonly Numbered[]): number {
  let [even, odd] = [0x811c9dc5, 0x9747b28c];
  for (let at = 0; at < world.length; at += 2) {
    even = mixed(even, world[at]!);
    odd = mixed(odd, at + 1 < world.length ? world[at + 1]! : 0);
  }
  for (const { id } of standings) even = mixed(even, id);
  return mixed(even, odd) >>> 0;
}

function mixed(hash: number, word: number): number {
  return Math.imul(hash ^ word, 0x01000193) ^ (hash >>> 15);
}

function same(a: Int32Array, b: Int32Array): boolean {
  if (a === b) return true;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

function sameStandings(a: readonly Numbered[], b: readonly Numbered[]): boolean {
  for (let i = 0; i < a.length; i++) if (a[i]!.id !== b[i]!.id) return false;
  return true;
}
