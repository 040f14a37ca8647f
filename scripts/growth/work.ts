/**
 * Work, counted and not timed: how often V8 ran each block of the sources (precise coverage: the same for the same input),
 * and how many characters and elements built-ins were handed, which coverage does not see. Process-wide, so
 * for a process of its own (child.ts).
 */
import { Session } from "node:inspector";

export interface Work {
  /** Runs of blocks of the sources. */
  readonly blocks: number;
  /** Characters and elements that built-ins were handed, each lot of them counted from the size on at which it costs more than a call. */
  readonly handled: number;
  /** "src/check/facts.ts joinFacts" -> runs of its blocks; "handled by src/check/facts.ts joinFacts" -> what it handed to built-ins, as samples tell. */
  readonly byPlace: ReadonlyMap<string, number>;
}

export interface WorkCounter {
  /** What was done since the last call. */
  readonly take: () => Work;
}

interface ScriptCoverage {
  readonly url: string;
  readonly functions: readonly { readonly functionName: string; readonly ranges: readonly { readonly count: number }[] }[];
}

/** Starts to count. Modules loaded before are counted by function only: load the sources afterwards. */
export function countWork(): WorkCounter {
  const session = new Session();
  session.connect();
  session.post("Profiler.enable");
  session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
  const builtins = watchBuiltins();
  return {
    take: () => {
      const byPlace = new Map<string, number>();
      let blocks = 0;
      // The callback is called before post() returns.
      session.post("Profiler.takePreciseCoverage", (_error, answer) => {
        for (const { url, functions } of answer.result as readonly ScriptCoverage[]) {
          const file = fileOf(url);
          if (file === null) continue;
          for (const { functionName, ranges } of functions) {
            const runs = ranges.reduce((sum, { count }) => sum + count, 0);
            if (runs === 0) continue;
            blocks += runs;
            add(byPlace, `${file} ${functionName || "(module or arrow)"}`, runs);
          }
        }
      });
      const { handled, places } = builtins.take();
      for (const [place, amount] of places) add(byPlace, `handed by ${place}`, amount);
      return { blocks, handled, byPlace };
    },
  };
}

function add(tally: Map<string, number>, key: string, amount: number): void {
  tally.set(key, (tally.get(key) ?? 0) + amount);
}

/** Path of a module of this project, from its root on; null for others. */
function fileOf(url: string): string | null {
  return /\/((?:src|rules)\/[^?]*\.ts)/.exec(url)?.[1] ?? null;
}

/** Less than this is in the price of the call. */
const smallest = 32;
/** Of so many lots one is traced to who handed it. */
const sampled = 61;

interface Builtins {
  readonly take: () => { readonly handled: number; readonly places: readonly (readonly [string, number])[] };
}

type Method = (this: unknown, ...args: unknown[]) => unknown;

/** Built-ins that go through all of what they are called on, or may; some stop early, so this is a bound and not a measure. */
const throughAll: readonly (readonly [object, readonly string[]])[] = [
  [String.prototype, ["includes", "toLowerCase", "toUpperCase", "normalize", "repeat"]],
  [Array.prototype, ["includes", "concat", "join", "flat", "reverse", "toReversed", "sort", "toSorted", "splice", "unshift", "shift", "values", "entries", "keys"]],
  [Map.prototype, ["entries", "keys", "values", "forEach"]],
  [Set.prototype, ["entries", "values", "forEach"]],
];

const byExpression = ["split", "replace", "replaceAll", "match", "matchAll", "search"] as const;

/** What an expression has seen: up to the end of its match, from where it began. One that is tied to a place sees next to nothing. */
function watchExpressions(note: (size: number) => void): void {
  const exec = Reflect.get(RegExp.prototype, "exec") as (this: RegExp, text: string) => RegExpExecArray | null;
  const seen = function (this: RegExp, text: string): RegExpExecArray | null {
    const from = this.global ? this.lastIndex : 0;
    const match = exec.call(this, text);
    if (!this.sticky && (match !== null || this.multiline || !this.source.startsWith("^"))) note((match === null ? String(text).length : match.index + match[0].length) - from);
    return match;
  };
  Object.defineProperty(RegExp.prototype, "exec", { value: seen, writable: true, configurable: true });
}

function textSize(key: unknown): number {
  return typeof key === "string" ? key.length : 0;
}

function watchBuiltins(): Builtins {
  let handled = 0;
  let lots = 0;
  // A plain record, as maps are watched.
  let places: Record<string, number> = {};
  const note = (size: number): void => {
    if (size < smallest) return;
    handled += size;
    if (++lots % sampled !== 0) return;
    const at: { stack?: string } = {};
    Error.captureStackTrace(at, note);
    const frame = /at (\S+)? ?\(?\S*\/((?:src|rules)\/[^?:]*\.ts)/.exec(at.stack ?? "");
    if (frame === null) return;
    const key = `${frame[2]} ${frame[1] ?? "(module or arrow)"}`;
    places[key] = (places[key] ?? 0) + size * sampled;
  };
  /** `sizeOf` is told what came back as well: a search that finds has not seen what lies behind. */
  const watch = (owner: object, name: string | symbol, sizeOf: (self: unknown, args: readonly unknown[], result: unknown) => number): void => {
    const original = (owner as Record<string | symbol, Method>)[name]!;
    const watched: Method = function (...args) {
      const result: unknown = Reflect.apply(original, this, args);
      note(sizeOf(this, args, result));
      return result;
    };
    Object.defineProperty(owner, name, { value: watched, writable: true, configurable: true });
  };
  for (const [owner, names] of throughAll) for (const name of names) watch(owner, name, sizeOf);
  for (const owner of [Array.prototype, Map.prototype, Set.prototype]) watch(owner, Symbol.iterator, sizeOf);
  watch(Array.prototype, "slice", (_self, _args, copy) => sizeOf(copy));
  for (const owner of [String.prototype, Array.prototype]) watch(owner, "indexOf", (self, [, from], at) => ((at as number) < 0 ? sizeOf(self) : (at as number)) - Number(from ?? 0));
  for (const owner of [String.prototype, Array.prototype]) watch(owner, "lastIndexOf", (self, [, from], at) => Math.min(sizeOf(self), Number(from ?? Infinity)) - Math.max(0, at as number));
  // Those that are handed an expression run it by exec().
  for (const name of byExpression) watch(String.prototype, name, (self, [what]) => (what instanceof RegExp ? 0 : sizeOf(self)));
  watchExpressions(note);
  // A text that is looked up is hashed, and put together first when it was made of parts.
  for (const owner of [Map.prototype, Set.prototype]) watch(owner, "has", (_self, [key]) => textSize(key));
  for (const name of ["get", "set"]) watch(Map.prototype, name, (_self, [key]) => textSize(key));
  watch(Set.prototype, "add", (_self, [key]) => textSize(key));
  return {
    take: () => {
      const taken = { handled, places: Object.entries(places) };
      handled = 0;
      places = {};
      return taken;
    },
  };
}

function sizeOf(self: unknown): number {
  if (typeof self === "string" || Array.isArray(self)) return self.length;
  return self instanceof Map || self instanceof Set ? self.size : 0;
}
