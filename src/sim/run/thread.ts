/** The state of one simulated thread: its calls, its private memory and what it has assumed. Never changed once shared. */
import type { Value } from "../world/value.ts";
import type { Program } from "./program.ts";

export interface Frame {
  readonly program: Program;
  block: number;
  step: number;
  readonly locals: Map<string, Value>;
}

/** Which way a test of an unknown value went, and what the value was made from. */
export interface Assumption {
  readonly truth: boolean;
  readonly leaves: readonly string[];
}

export interface ThreadState {
  readonly frames: Frame[];
  /** Private memory: address text (root and path) -> value. */
  readonly memory: Map<string, Value>;
  /** Tests of unknown values that this thread has gone one way at: text of the value -> whether it is not zero. */
  readonly assumed: Map<string, Assumption>;
  /** What the thread's own function returned, once it has. */
  result: Value | null;
}

export function newThread(program: Program, args: ReadonlyMap<string, Value>, memory: ReadonlyMap<string, Value>): ThreadState {
  const thread: ThreadState = { frames: [], memory: new Map(memory), assumed: new Map(), result: null };
  enter(thread, program, program.ir.params.map((name) => args.get(name) ?? null));
  return thread;
}

export function copyThread(thread: ThreadState): ThreadState {
  return {
    frames: thread.frames.map((f) => ({ program: f.program, block: f.block, step: f.step, locals: new Map(f.locals) })),
    memory: new Map(thread.memory),
    assumed: new Map(thread.assumed),
    result: thread.result,
  };
}

/** Starts a call. Parameters whose argument is null stay without a value. */
export function enter(thread: ThreadState, program: Program, args: readonly (Value | null)[]): void {
  const frame: Frame = { program, block: 0, step: 0, locals: new Map() };
  thread.frames.push(frame);
  for (const [i, name] of program.ir.params.entries()) {
    const value = args[i];
    if (value != null) setVariable(thread, name, value);
  }
}

/** Ends the innermost call and forgets its variables. */
export function leave(thread: ThreadState): void {
  const depth = thread.frames.length - 1;
  const prefix = `L${depth}.`;
  for (const key of thread.memory.keys()) if (key.startsWith(prefix)) thread.memory.delete(key);
  thread.frames.pop();
}

export function rootOf(thread: ThreadState, name: string): string {
  return `L${thread.frames.length - 1}.${name}`;
}

export function setVariable(thread: ThreadState, name: string, value: Value): void {
  const frame = thread.frames[thread.frames.length - 1]!;
  if (frame.program.inMemory.has(name)) writeMemory(thread, rootOf(thread, name), value);
  else frame.locals.set(name, value);
}

/** Puts a value at an address; a struct is spread over its fields. */
export function writeMemory(thread: ThreadState, address: string, value: Value): void {
  forget(thread, address);
  if (value.k !== "record") {
    thread.memory.set(address, value);
    return;
  }
  for (const [name, field] of value.fields) writeMemory(thread, `${address}.${name}`, field);
}

/** Drops what is known of an address and everything within. */
export function forget(thread: ThreadState, address: string): void {
  thread.memory.delete(address);
  for (const key of thread.memory.keys()) {
    if (key.startsWith(address) && (key[address.length] === "." || key[address.length] === "[")) thread.memory.delete(key);
  }
}

/**
 * Drops variables that nothing reads any more, so that states which differ in them only are one state. `reloaded` says
 * whether the code loads a field of this name more than once.
 */
export function dropDead(thread: ThreadState, reloaded: (field: string) => boolean): void {
  for (const [depth, frame] of thread.frames.entries()) {
    // A caller stands at the call whose result is still to come: what it needs is what is live behind the call.
    const live = frame.program.liveness.before(frame.block, depth === thread.frames.length - 1 ? frame.step : frame.step + 1);
    for (const name of frame.locals.keys()) if (!live.has(name)) frame.locals.delete(name);
  }
  dropAssumptions(thread, reloaded);
}

/** An assumption that no later test can come back to: nothing that the value was made from is left. */
function dropAssumptions(thread: ThreadState, reloaded: (field: string) => boolean): void {
  if (thread.assumed.size === 0) return;
  const left = new Set<string>();
  const see = (value: Value): void => {
    if (value.k === "unknown") for (const leaf of value.leaves) left.add(leaf);
    if (value.k === "record") for (const [, field] of value.fields) see(field);
    if (value.k === "place") left.add(value.root);
  };
  for (const frame of thread.frames) for (const value of frame.locals.values()) see(value);
  for (const value of thread.memory.values()) see(value);
  for (const [text, { leaves }] of thread.assumed) {
    if (leaves[0] === "@") continue;
    const again = leaves.some((leaf) => left.has(leaf) || (leaf.startsWith("@") && reloaded(leaf.slice(1 + Math.max(leaf.lastIndexOf(">"), leaf.lastIndexOf("."), 0)))));
    if (!again) thread.assumed.delete(text);
  }
}

export function threadKey(thread: ThreadState): string {
  let key = "";
  for (const f of thread.frames) {
    key += `|${f.program.id}.${f.block}.${f.step}`;
    if (f.locals.size === 0) continue;
    const { placeOf } = f.program;
    const set: [number, Value][] = [];
    for (const [name, value] of f.locals) {
      const place = placeOf.get(name);
      if (place !== undefined) set.push([place, value]);
    }
    if (set.length > 1) set.sort(([a], [b]) => a - b);
    for (const [place, value] of set) key += `,${place}=${value.id}`;
  }
  if (thread.memory.size > 0) for (const address of [...thread.memory.keys()].toSorted()) key += `;${address}=${thread.memory.get(address)!.id}`;
  for (const text of [...thread.assumed.keys()].toSorted()) key += `?${text}${thread.assumed.get(text)!.truth ? "+" : "-"}`;
  return thread.result === null ? key : `${key}!${thread.result.id}`;
}
