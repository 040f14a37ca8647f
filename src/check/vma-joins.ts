/**
 * What becomes of VMAs that nothing keeps any more (vma-sessions.ts) where paths meet: the exits of fault handlers are
 * reached by ways that have dropped the VMA lock, mmap_lock, or found no VMA at all.
 */

/** Begins the key of a note about a VMA that a look-up gave. */
export const prefix = "v:";
/** What kept the VMA when it was found is held; else the note is the line in which it was dropped. */
export const fresh = "found";

/** The facts of one of two paths that meet. */
interface Side {
  readonly memory: ReadonlyMap<string, string>;
  readonly truths: ReadonlyMap<string, boolean>;
}

/** Whether a note is about a value that stands for those of several paths (see joinSessions()). */
export function isOfSeveralPaths(key: string): boolean {
  return key.startsWith(`${prefix}?`);
}

/** Where paths meet that have all dropped the lock, or found no VMA, the variable holds one that nothing keeps; where none has dropped it, one that is kept for as long as theirs. */
export function joinSessions(known: Side, arriving: Side, joined: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  if (![known, arriving].some(({ memory }) => hasNote(memory))) return joined;
  let after = joinNotes(known.memory, arriving.memory, joined);
  for (const [address, value] of joined) {
    if (!value.startsWith("?") || !address.startsWith("&")) continue;
    const note = met(noteOf(known.memory.get(address), known), noteOf(arriving.memory.get(address), arriving));
    const key = `${prefix}${value}`;
    if (note === (joined.get(key) ?? "")) continue;
    after ??= new Map(joined);
    if (note === "") after.delete(key);
    else after.set(key, note);
  }
  return after ?? joined;
}

/** What is known of a VMA that is one of two: no VMA says nothing, and one that is kept and one that is not have nothing in common. */
function met(left: string | null, right: string | null): string {
  if (left === null || right === null) return "";
  if (left !== "" && right !== "" && (left === fresh) !== (right === fresh)) return "";
  return left || right;
}

/** A VMA that one of the two paths has lost is lost behind them. */
function joinNotes(known: Side["memory"], arriving: Side["memory"], joined: ReadonlyMap<string, string>): Map<string, string> | null {
  let after: Map<string, string> | null = null;
  for (const [key, left] of known) {
    const right = key.startsWith(prefix) ? arriving.get(key) : undefined;
    if (right === undefined || left === right || (left !== fresh && right !== fresh)) continue;
    after ??= new Map(joined);
    after.set(key, left === fresh ? right : left);
  }
  return after;
}

function hasNote(memory: ReadonlyMap<string, string>): boolean {
  let found = false;
  memory.forEach((_value, key) => {
    found ||= key.startsWith(prefix);
  });
  return found;
}

/** The line in which what kept this VMA was dropped, or that it is kept; "" for no VMA, null for one of which nothing is known. */
function noteOf(value: string | undefined, side: Side): string | null {
  if (value === undefined) return null;
  if (value === "#0" || side.truths.get(value) === false) return "";
  return side.memory.get(`${prefix}${value}`) ?? null;
}
