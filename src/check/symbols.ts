/**
 * Names of values. A symbol is a string that stands for one value on one path; equal symbols are equal values.
 * Strings keep states comparable by text and readable in a debugger; the grammar is small:
 *
 *   `#5`            the number 5            `$1:vmf`      parameter vmf of frame 1
 *   `@1.4.2;`       result of step 2 of block 4 of frame 1 (`~` appended: of an earlier round of a loop)
 *   `&1:ptl`        address of a variable   `&g:init_mm`  address of a global
 *   `p.f`           address of field f of what p points to      `p[i]` address of an element
 *   `*a`            what address a held when the function started
 *   `?7:a`         what address a holds since paths met at block 7
 *   `p+1`, `p-1`    p moved by one          `p+n`         p moved by an unknown amount; `p+m`: and one back
 *                                           `p+p`         p moved up by one or more
 *   `(a==b)`        a pure expression       `lock(c,o)`   the lock of class c that protects o
 */

const longest = 240;

/** Symbols that denote "some value", so that two equal texts need not be equal values. */
export function isUnstable(symbol: string): boolean {
  return symbol.includes("+n") || symbol.includes("+m") || symbol.includes("+p");
}

export function number(value: bigint | number): string {
  return `#${value}`;
}

export const zero = "#0";

/** The number a symbol stands for, or null. */
export function asNumber(symbol: string): bigint | null {
  return symbol.startsWith("#") && /^#-?\d+$/.test(symbol) ? BigInt(symbol.slice(1)) : null;
}

export function stepResult(frame: number, block: number, step: number): string {
  const of = ((results[frame] ??= [])[block] ??= []);
  return (of[step] ??= counted(`@${frame}.${block}.${step};`));
}

/**
 * Results of steps by frame, block and step; addresses of variables by frame and name. They are asked for at every step, and a
 * text that is the same object each time is found in a map without being read. Emptied when there are many.
 */
const results: string[][][] = [];
const addresses: Map<string, string>[] = [];
const mostKept = 100_000;
let kept = 0;

function counted(name: string): string {
  if (++kept > mostKept) results.length = addresses.length = kept = 0;
  return name;
}

/** Key under which the read of the first half of a two-word value is remembered. */
export function firstHalf(pointer: string): string {
  return `h:${pointer}`;
}

/** Key under which it is remembered that a function reads an entry by a lockless getter. */
export function readLockless(pointer: string): string {
  return `l:${pointer}`;
}

/** Key under which the call that cleared a huge entry is remembered until the lock is dropped. */
export function clearedBy(pointer: string): string {
  return `c:${pointer}`;
}

/** Key under which it is remembered what shows that a pointer leads to an entry of a hugetlb mapping. */
export function ofHugetlb(pointer: string): string {
  return `g:${pointer}`;
}

/** Key under which it is remembered where an entry was dealt with as one of a hugetlb mapping, or as that of a base page. */
export function treatedAs(as: "hugetlb" | "base", pointer: string): string {
  return `u:${as} ${pointer}`;
}

/** Key under which the call that changed the reverse mapping of a folio is remembered. */
export function changedRmap(folio: string): string {
  return `r:${folio}`;
}

/** Key under which the address that an entry was used for is remembered. */
export function addressOfEntry(entry: string): string {
  return `a:${entry}`;
}

/** Key under which it is remembered that a lock was taken with interrupts off, by a call that left them so. */
export function takenPlainly(lock: string): string {
  return `irq:${lock}`;
}

/** Key under which it is remembered what the walk to an entry began at. */
export function walkTop(pointer: string): string {
  return `top:${pointer}`;
}

/** The step that made a symbol (or the pointer it was moved from), or null. */
export function stepOf(symbol: string): { readonly frame: number; readonly block: number; readonly place: number } | null {
  const match = symbol.startsWith("@") ? /^@(\d+)\.(\d+)\.(\d+);/.exec(symbol) : null;
  return match && { frame: Number(match[1]), block: Number(match[2]), place: Number(match[3]) };
}

export function parameter(frame: number, name: string): string {
  return `$${frame}:${name}`;
}

export function variableAddress(frame: number, name: string): string {
  const of = (addresses[frame] ??= new Map());
  const known = of.get(name);
  if (known !== undefined) return known;
  const address = counted(`&${frame}:${name}`);
  of.set(name, address);
  return address;
}

export function globalAddress(name: string): string {
  return `&g:${name}`;
}

export function field(base: string, name: string): string {
  return bounded(`${base}.${name}`);
}

export function element(base: string, index: string): string {
  return bounded(`${base}[${index}]`);
}

/** What an address held before this function stored to it. */
export function initial(address: string): string {
  return bounded(`*${address}`);
}

/** The value that stands for two where paths met at a block. Short, since joins feed on joins. */
export function merged(block: number, values: string): string {
  return values === "" ? `?${block}:` : `?${block}:${digest(values)}`;
}

export function lockOf(lockClass: string, object: string): string {
  return bounded(`lock(${lockClass},${object})`);
}

/** What a lock protects; "" for a lock that goes by its address. */
export function objectOf(lock: string): string {
  return /^lock\([a-z_-]+,(.*)\)$/s.exec(lock)?.[1] ?? "";
}

export function expression(op: string, args: readonly string[]): string {
  return bounded(`(${args.length === 1 ? `${op}${args[0]}` : args.join(op)})`);
}

/** `a` and `b` of `(a&b)`; null for other symbols. An address (`&1:ptl`) follows an operator or a bracket, never an operand. */
export function conjuncts(symbol: string): readonly [string, string] | null {
  if (!symbol.startsWith("(") || !symbol.endsWith(")")) return null;
  let depth = 0;
  for (let i = symbol.length - 2; i > 1; i--) {
    const char = symbol[i]!;
    if (char === ")" || char === "]") depth++;
    if (char === "(" || char === "[") depth--;
    if (depth < 0) return null;
    if (char === "&" && depth === 0 && /[\w;)\]]/.test(symbol[i - 1]!)) return [symbol.slice(1, i), symbol.slice(i + 1, -1)];
  }
  return null;
}

/** Counted or moved up from where it was: not zero, short of an overflow. */
export function isMovedUp(symbol: string): boolean {
  return symbol.endsWith("+1") || symbol.endsWith("+p");
}

/** A moved pointer (or number). Moves by one are kept apart, everything else is "some amount". */
export function moved(base: string, by: bigint | null): string {
  const { root, offset } = splitMove(base);
  if (by === 0n) return base;
  if (by === -1n && (base.endsWith("+n") || base.endsWith("+p"))) return `${root}+m`;
  if (by !== null && by > 0n && (base.endsWith("+p") || (offset !== null && offset >= 0n && offset + by > 1n))) return `${root}+p`;
  const total = by === null || offset === null ? null : offset + by;
  if (total === null) return `${root}+n`;
  if (total === 0n) return root;
  if (total === 1n) return `${root}+1`;
  return total === -1n ? `${root}-1` : `${root}+n`;
}

const plus = 43;
const minus = 45;

/** `p+1` -> p and 1; offset null for an unknown amount. */
export function splitMove(symbol: string): { readonly root: string; readonly offset: bigint | null } {
  const sign = symbol.charCodeAt(symbol.length - 2);
  if (sign !== plus && sign !== minus) return { root: symbol, offset: 0n };
  if (symbol.endsWith("+n") || symbol.endsWith("+m") || symbol.endsWith("+p")) return { root: symbol.slice(0, -2), offset: null };
  if (symbol.endsWith("+1")) return { root: symbol.slice(0, -2), offset: 1n };
  if (symbol.endsWith("-1")) return { root: symbol.slice(0, -2), offset: -1n };
  return { root: symbol, offset: 0n };
}

/** Long names are cut to a digest (FNV-1a, 64 bit): hostile code must not grow states without bound. */
function bounded(name: string): string {
  return name.length <= longest ? name : `%${digest(name)}`;
}

function digest(text: string): string {
  let hash = 0xcbf29ce484222325n;
  for (let i = 0; i < text.length; i++) hash = BigInt.asUintN(64, (hash ^ BigInt(text.charCodeAt(i))) * 0x100000001b3n);
  return hash.toString(16);
}
