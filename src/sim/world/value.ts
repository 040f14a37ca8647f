/**
 * The values that simulated code computes with. Each distinct value exists once and has a number, so that a state is an
 * array of numbers and two states are equal when their arrays are.
 */

/**
 * What an entry is. `invalid` is a leaf that pmdp_invalidate() has made not present for the hardware while the kernel
 * still counts it as present (x86 and arm64 keep a bit for that). `bad` is none of the others: pmd_bad() without being
 * a leaf.
 */
export type EntryKind =
  | "none" | "table" | "leaf" | "invalid" | "swap" | "migration" | "device-private" | "device-exclusive" | "hwpoison" | "marker" | "bad";

/** Bits of an entry's `flags`. */
export const flag = { write: 1, dirty: 2, young: 4, protnone: 8, softDirty: 16, uffdWp: 32, special: 64, devmap: 128, exclusive: 256 } as const;

/** Bits that the hardware sets by itself. */
export const hardwareFlags: number = flag.dirty | flag.young;

export interface EntryValue {
  readonly k: "entry";
  readonly id: number;
  readonly kind: EntryKind;
  /** The table's number (kind table) or the page's; -1 when there is none. */
  readonly target: number;
  readonly flags: number;
}

/** An entry put together from the halves of two others: what a load of two halves may make. */
export interface TornValue {
  readonly k: "torn";
  readonly id: number;
  readonly low: EntryValue;
  readonly high: EntryValue;
}

/** One 32-bit half of an entry. */
export interface HalfValue {
  readonly k: "half";
  readonly id: number;
  readonly part: "low" | "high";
  readonly of: EntryValue;
}

export interface IntValue {
  readonly k: "int";
  readonly id: number;
  readonly value: bigint;
}

/** Address of an entry: `pmd_t *`, `pte_t *`. `index` may be one past the table. */
export interface SlotValue {
  readonly k: "slot";
  readonly id: number;
  readonly table: number;
  readonly index: number;
}

/** Objects of the world. `page` and `table` are `struct page *` and the like; `pfn` is the number of a page. */
export type ObjectKind = "mm" | "vma" | "mapping" | "anon_vma" | "page" | "pfn" | "table" | "ptl" | "gather" | "prot";

export interface RefValue {
  readonly k: "ref";
  readonly id: number;
  readonly object: ObjectKind;
  readonly n: number;
}

/** Address of a variable, of a field, or of something that is only known by the text that leads to it. */
export interface PlaceValue {
  readonly k: "place";
  readonly id: number;
  readonly root: string;
  readonly path: string;
}

/** A struct held by value, as a compound literal makes it. Fields in source order. */
export interface RecordValue {
  readonly k: "record";
  readonly id: number;
  readonly fields: readonly (readonly [string, Value])[];
}

/** Not modelled. Equal text has equal value, as long as the place that made it does not run again. */
export interface UnknownValue {
  readonly k: "unknown";
  readonly id: number;
  readonly text: string;
  /** What it was made from: variables, results of calls, and with "@" in front what can be loaded again at any time. */
  readonly leaves: readonly string[];
}

/** A name used as a value: a function, an ops table, a string. */
export interface NameValue {
  readonly k: "name";
  readonly id: number;
  readonly text: string;
}

export type Value =
  | EntryValue | TornValue | HalfValue | IntValue | SlotValue | RefValue | PlaceValue | RecordValue | UnknownValue | NameValue;

type Unnumbered<V> = V extends unknown ? Omit<V, "id"> : never;

export class Values {
  private readonly list: (Value | null)[] = [null];
  private readonly byKey = new Map<string, Value>();
  private readonly ints = new Map<bigint, IntValue>();
  readonly zero: IntValue = this.int(0n);
  readonly one: IntValue = this.int(1n);
  readonly none: EntryValue = this.entry("none");

  /** The value with this number. */
  get(id: number): Value {
    const value = this.list[id];
    if (value == null) throw new RangeError(`no value ${id}`);
    return value;
  }

  int(value: bigint): IntValue {
    const wrapped = BigInt.asIntN(64, value);
    let known = this.ints.get(wrapped);
    if (known === undefined) {
      known = { k: "int", id: this.list.length, value: wrapped };
      this.list.push(known);
      this.ints.set(wrapped, known);
    }
    return known;
  }

  bool(truth: boolean): IntValue {
    return truth ? this.one : this.zero;
  }

  entry(kind: EntryKind, target = -1, flags = 0): EntryValue {
    return this.intern(`e${kind}:${target}:${flags}`, { k: "entry", kind, target, flags }) as EntryValue;
  }

  torn(low: EntryValue, high: EntryValue): EntryValue | TornValue {
    return low === high ? low : (this.intern(`t${low.id}:${high.id}`, { k: "torn", low, high }) as TornValue);
  }

  half(part: "low" | "high", of: EntryValue): HalfValue {
    return this.intern(`h${part}:${of.id}`, { k: "half", part, of }) as HalfValue;
  }

  slot(table: number, index: number): SlotValue {
    return this.intern(`s${table}:${index}`, { k: "slot", table, index }) as SlotValue;
  }

  ref(object: ObjectKind, n: number): RefValue {
    return this.intern(`r${object}:${n}`, { k: "ref", object, n }) as RefValue;
  }

  place(root: string, path = ""): PlaceValue {
    return this.intern(`p${root}\0${path}`, { k: "place", root, path }) as PlaceValue;
  }

  record(fields: readonly (readonly [string, Value])[]): RecordValue {
    return this.intern(`R${fields.map(([name, value]) => `${name}=${value.id}`).join()}`, { k: "record", fields }) as RecordValue;
  }

  unknown(text: string, leaves: readonly string[] = [text]): UnknownValue {
    return this.intern(`u${text}\0${leaves.join("\0")}`, { k: "unknown", text, leaves }) as UnknownValue;
  }

  name(text: string): NameValue {
    return this.intern(`n${text}`, { k: "name", text }) as NameValue;
  }

  private intern(key: string, value: Unnumbered<Value>): Value {
    let known = this.byKey.get(key);
    if (known === undefined) {
      known = { ...value, id: this.list.length } as Value;
      this.list.push(known);
      this.byKey.set(key, known);
    }
    return known;
  }
}

/** True, false, or undefined when it is not known. */
export function truth(value: Value): boolean | undefined {
  switch (value.k) {
    case "int":
      return value.value !== 0n;
    case "entry":
      return value.kind !== "none";
    case "half":
      return value.of.kind !== "none";
    case "unknown":
      return undefined;
    case "torn": case "slot": case "ref": case "place": case "record": case "name":
      return true;
  }
}
