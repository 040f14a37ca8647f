/**
 * Relations over the events 0..n-1 of one execution graph, with the operators of the cat language.
 *
 * A relation is a bit matrix: row i holds the successors of event i, `words` 32-bit words each. A set is one such row.
 * The matrices come from a pool, since one check of a graph makes some sixty of them and a search makes many checks:
 * what was taken after `mark()` is given back by `release()`. Sets and relations named in the cat file of the model
 * keep their names where they are computed (lkmm.ts), so the two can be read side by side.
 */

/** n rows of `words` words. Opaque to everything but the algebra. */
export type Relation = Int32Array;
/** One row. */
export type EventSet = Int32Array;

export class RelationAlgebra {
  readonly size: number;
  readonly words: number;
  readonly #pool: Relation[] = [];
  #used = 0;

  constructor(size: number) {
    this.size = size;
    this.words = Math.max(1, (size + 31) >>> 5);
  }

  /** A position in the pool, for `release`. */
  mark(): number {
    return this.#used;
  }

  /** Gives back every relation made since `mark`; they must not be used any more. */
  release(mark: number): void {
    this.#used = mark;
  }

  #take(): Relation {
    const found = this.#pool[this.#used];
    this.#used++;
    if (found) return found;
    const made = new Int32Array(this.size * this.words);
    this.#pool.push(made);
    return made;
  }

  none(): Relation {
    return this.#take().fill(0);
  }

  copy(a: Relation): Relation {
    const out = this.#take();
    out.set(a);
    return out;
  }

  add(a: Relation, from: number, to: number): void {
    const at = from * this.words + (to >>> 5);
    a[at] = a[at]! | (1 << (to & 31));
  }

  has(a: Relation, from: number, to: number): boolean {
    return (a[from * this.words + (to >>> 5)]! & (1 << (to & 31))) !== 0;
  }

  of(pairs: Iterable<readonly [number, number]>): Relation {
    const out = this.none();
    for (const [from, to] of pairs) this.add(out, from, to);
    return out;
  }

  set(members: (event: number) => boolean): EventSet {
    const out = new Int32Array(this.words);
    for (let e = 0; e < this.size; e++) if (members(e)) out[e >>> 5] = out[e >>> 5]! | (1 << (e & 31));
    return out;
  }

  contains(set: EventSet, event: number): boolean {
    return (set[event >>> 5]! & (1 << (event & 31))) !== 0;
  }

  complement(set: EventSet): EventSet {
    return this.set((event) => !this.contains(set, event));
  }

  isEmptySet(set: EventSet): boolean {
    return set.every((word) => word === 0);
  }

  /** [set] */
  identity(set: EventSet): Relation {
    const out = this.none();
    for (let e = 0; e < this.size; e++) if (this.contains(set, e)) this.add(out, e, e);
    return out;
  }

  /** left * right */
  cross(left: EventSet, right: EventSet): Relation {
    const out = this.none();
    for (let e = 0; e < this.size; e++) if (this.contains(left, e)) out.set(right, e * this.words);
    return out;
  }

  /** a | b | ... */
  or(a: Relation, b: Relation, ...rest: readonly Relation[]): Relation {
    const out = this.#take();
    for (let i = 0; i < out.length; i++) out[i] = a[i]! | b[i]!;
    for (const c of rest) for (let i = 0; i < out.length; i++) out[i] = out[i]! | c[i]!;
    return out;
  }

  /** a & b */
  and(a: Relation, b: Relation): Relation {
    const out = this.#take();
    for (let i = 0; i < out.length; i++) out[i] = a[i]! & b[i]!;
    return out;
  }

  /** a \ b */
  minus(a: Relation, b: Relation): Relation {
    const out = this.#take();
    for (let i = 0; i < out.length; i++) out[i] = a[i]! & ~b[i]!;
    return out;
  }

  /** a ; b */
  seq(a: Relation, b: Relation): Relation {
    const out = this.none();
    const { words, size } = this;
    if (words === 1) {
      for (let i = 0; i < size; i++) {
        let row = 0;
        for (let bits = a[i]!; bits !== 0; bits &= bits - 1) row |= b[31 - Math.clz32(bits & -bits)]!;
        out[i] = row;
      }
      return out;
    }
    for (let i = 0; i < size; i++) {
      for (let w = 0; w < words; w++) {
        for (let bits = a[i * words + w]!; bits !== 0; bits &= bits - 1) {
          const from = (w * 32 + 31 - Math.clz32(bits & -bits)) * words;
          for (let v = 0; v < words; v++) out[i * words + v] = out[i * words + v]! | b[from + v]!;
        }
      }
    }
    return out;
  }

  /** a ; b ; c ... */
  chain(a: Relation, ...rest: readonly Relation[]): Relation {
    return rest.reduce((left, right) => this.seq(left, right), a);
  }

  /** [from] ; a */
  from(set: EventSet, a: Relation): Relation {
    const out = this.none();
    for (let e = 0; e < this.size; e++) {
      if (this.contains(set, e)) for (let w = 0; w < this.words; w++) out[e * this.words + w] = a[e * this.words + w]!;
    }
    return out;
  }

  /** a ; [to] */
  to(a: Relation, set: EventSet): Relation {
    const out = this.#take();
    const { words } = this;
    if (words === 1) {
      const only = set[0]!;
      for (let i = 0; i < out.length; i++) out[i] = a[i]! & only;
    } else {
      for (let i = 0; i < out.length; i++) out[i] = a[i]! & set[i % words]!;
    }
    return out;
  }

  /** [from] ; a ; [to] */
  between(from: EventSet, a: Relation, to: EventSet): Relation {
    return this.from(from, this.to(a, to));
  }

  /** a^-1 */
  inverse(a: Relation): Relation {
    const out = this.none();
    this.forEach(a, (from, to) => this.add(out, to, from));
    return out;
  }

  /** a? */
  maybe(a: Relation): Relation {
    const out = this.copy(a);
    for (let e = 0; e < this.size; e++) this.add(out, e, e);
    return out;
  }

  /** a+ */
  plus(a: Relation): Relation {
    const out = this.copy(a);
    const { words, size } = this;
    if (words === 1) {
      for (let k = 0; k < size; k++) {
        const row = out[k]!;
        if (row === 0) continue;
        const bit = 1 << k;
        for (let i = 0; i < size; i++) if ((out[i]! & bit) !== 0) out[i] = out[i]! | row;
      }
      return out;
    }
    for (let k = 0; k < size; k++) {
      const word = k >>> 5;
      const bit = 1 << (k & 31);
      for (let i = 0; i < size; i++) {
        if ((out[i * words + word]! & bit) === 0) continue;
        for (let w = 0; w < words; w++) out[i * words + w] = out[i * words + w]! | out[k * words + w]!;
      }
    }
    return out;
  }

  /** a* */
  star(a: Relation): Relation {
    return this.maybe(this.plus(a));
  }

  isEmpty(a: Relation): boolean {
    for (let i = 0; i < a.length; i++) if (a[i] !== 0) return false;
    return true;
  }

  isIrreflexive(a: Relation): boolean {
    for (let e = 0; e < this.size; e++) if (this.has(a, e, e)) return false;
    return true;
  }

  isAcyclic(a: Relation): boolean {
    const mark = this.mark();
    const result = this.isIrreflexive(this.plus(a));
    this.release(mark);
    return result;
  }

  isEqual(a: Relation, b: Relation): boolean {
    for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
    return true;
  }

  domain(a: Relation): EventSet {
    return this.set((e) => a.subarray(e * this.words, (e + 1) * this.words).some((word) => word !== 0));
  }

  range(a: Relation): EventSet {
    const out = new Int32Array(this.words);
    for (let i = 0; i < a.length; i++) out[i % this.words] = out[i % this.words]! | a[i]!;
    return out;
  }

  forEach(a: Relation, visit: (from: number, to: number) => void): void {
    const { words } = this;
    for (let i = 0; i < a.length; i++) {
      for (let bits = a[i]!; bits !== 0; bits &= bits - 1) {
        visit(Math.floor(i / words), (i % words) * 32 + 31 - Math.clz32(bits & -bits));
      }
    }
  }

  pairs(a: Relation): [number, number][] {
    const out: [number, number][] = [];
    this.forEach(a, (from, to) => out.push([from, to]));
    return out;
  }
}
