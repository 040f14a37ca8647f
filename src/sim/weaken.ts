/**
 * Takes away, one at a time, what the threads of a scenario do to be safe: each lock, barrier, section, flush, and each
 * test that went both ways. A scenario that holds and goes on to hold without one of them does not show that it is
 * needed, so its header has to name that as redundant, with the reason.
 */
import { UsageError } from "../core/errors.ts";
import { play, type Cast, type Redundant, type RunOptions } from "./scenario.ts";
import { sound, type Weakened } from "./world/build.ts";

/** One thing that a scenario may rely on, in words, and the ways of taking it away. */
export interface Reliance {
  /** `FUNCTION lock NAME`, `FUNCTION check TEXT` or `FUNCTION rcu|irq|ipi|flush|grace|barrier|read-barrier|notify`. */
  readonly text: string;
  readonly ways: readonly Weakened[];
}

const sections: ReadonlySet<string> = new Set(["rcu", "irq", "ipi", "flush", "grace", "barrier", "read-barrier", "notify"]);

/** What the header says that the scenario relies on. Throws a UsageError for what the scenario does not have. */
export function reliancesOf(cast: Cast, options: RunOptions): Reliance[] {
  const used = usedBy(cast, options);
  return cast.scenario.reliesOn.map((text) => {
    const [name = "", what = "", ...rest] = text.split(/\s+/);
    const ways = what === "check" ? forcedWays(cast, name, rest.join(" ")) : ignoredWays(cast, name, what, rest.join(" "), used);
    if (ways.length === 0) throw new UsageError(`"${text}" names nothing that happens in "${cast.scenario.name}"`, "write FUNCTION lock NAME, FUNCTION check TEXT or FUNCTION rcu");
    return { text, ways };
  });
}

/** Everything that can be taken away from the functions of the scenario's own file that its run used, in a fixed order. */
export function protectionsOf(cast: Cast, options: RunOptions): Reliance[] {
  const used = usedBy(cast, options);
  const own = Array.from(new Set(cast.scenario.threads)).filter((name) => cast.functions.has(name));
  const locks = own.flatMap((name) => {
    const threads = threadsOf(cast, name);
    const names = [...used].filter((entry) => threads.includes(Number.parseInt(entry, 10))).map((entry) => kindOf(entry.slice(entry.indexOf(":") + 1)));
    return Array.from(new Set(names)).toSorted().map((what) => {
      const text = sections.has(what) ? `${name} ${what}` : `${name} lock ${what}`;
      return { text, ways: ignoredWays(cast, name, sections.has(what) ? what : "lock", what, used) };
    });
  });
  return [...locks, ...testsOf(cast, used)];
}

/** A lock's name without the object that it is in. */
function kindOf(name: string): string {
  return name.replace(/ of [TP]\d+$/, "");
}

/** Tests in the file's functions that went both ways. */
function testsOf(cast: Cast, used: ReadonlySet<string>): Reliance[] {
  return [...cast.functions.values()].flatMap((ir) => {
    const lines = cast.lines.get(ir.file) ?? [];
    return ir.blocks.flatMap((block) => {
      const name = `${ir.name}:${block.id}`;
      if (block.end.k !== "branch" || !used.has(`?${name}:true`) || !used.has(`?${name}:false`)) return [];
      return [{ text: `${ir.name} check ${(lines[block.end.loc.line - 1] ?? "").trim()}`, ways: bothWays(name) }];
    });
  });
}

function usedBy(cast: Cast, options: RunOptions): ReadonlySet<string> {
  const used = new Set<string>();
  play(cast, options, { ...sound, used });
  return used;
}

/** Whether the entry names the protection: a check by a part of its line. */
export function names(redundant: Redundant, protection: Reliance): boolean {
  const check = /^(\S+ check )(.*)$/.exec(redundant.what);
  return check === null ? protection.text === redundant.what : protection.text.startsWith(check[1]!) && protection.text.includes(check[2]!);
}

/** Whether the scenario breaks in at least one way of taking the thing away. */
export function breaksWithout(cast: Cast, reliance: Reliance, options: RunOptions): boolean {
  return reliance.ways.some((weakened) => play(cast, options, weakened).found !== null);
}

function ignoredWays(cast: Cast, name: string, what: string, lock: string, used: ReadonlySet<string>): Weakened[] {
  const threads = threadsOf(cast, name);
  const matches = (n: string): boolean => (sections.has(what) ? n === what : what === "lock" && n.startsWith(lock));
  const names = [...used].filter((entry) => {
    const at = entry.indexOf(":");
    return threads.includes(Number(entry.slice(0, at))) && matches(entry.slice(at + 1));
  });
  return names.length === 0 ? [] : [{ ...sound, ignored: new Set(names) }];
}

function forcedWays(cast: Cast, name: string, text: string): Weakened[] {
  const ir = cast.functions.get(name) ?? cast.library.functions.get(name);
  const lines = ir === undefined ? undefined : cast.lines.get(ir.file);
  if (ir === undefined || lines === undefined) return [];
  return ir.blocks.flatMap((block) => {
    if (block.end.k !== "branch" || !(lines[block.end.loc.line - 1] ?? "").includes(text)) return [];
    return bothWays(`${name}:${block.id}`);
  });
}

function bothWays(test: string): Weakened[] {
  return [true, false].map((way) => ({ ...sound, forced: new Map([[test, way]]) }));
}

function threadsOf(cast: Cast, name: string): number[] {
  return cast.scenario.threads.flatMap((t, thread) => (t === name ? [thread] : []));
}
