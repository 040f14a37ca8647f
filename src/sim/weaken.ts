/**
 * Takes away, one at a time, what a scenario says that it relies on. A scenario that holds and goes on to hold without
 * its lock, barrier or second look proves nothing.
 */
import { UsageError } from "../core/errors.ts";
import { play, type Cast, type SimulateOptions } from "./scenario.ts";
import { sound, type Weakened } from "./world/build.ts";

/** One thing that a scenario relies on, as its header writes it, and the ways of taking it away. */
export interface Reliance {
  readonly text: string;
  readonly ways: readonly Weakened[];
}

const sections: ReadonlySet<string> = new Set(["rcu", "irq", "ipi", "flush", "grace", "barrier", "notify"]);

/**
 * `FUNCTION lock NAME`, `FUNCTION check TEXT` (a test on a line that holds TEXT) or `FUNCTION rcu|irq|ipi|flush|grace|
 * barrier|notify`, separated by semicolons. Throws a UsageError for what the scenario does not have.
 */
export function reliancesOf(cast: Cast, options: Pick<SimulateOptions, "bound">): Reliance[] {
  const used = new Set<string>();
  play(cast, options, { ...sound, used });
  return cast.scenario.reliesOn.map((text) => {
    const [name = "", what = "", ...rest] = text.split(/\s+/);
    const ways = what === "check" ? forcedWays(cast, name, rest.join(" ")) : ignoredWays(cast, name, what, rest.join(" "), used);
    if (ways.length === 0) throw new UsageError(`"${text}" names nothing that happens in "${cast.scenario.name}"`, "write FUNCTION lock NAME, FUNCTION check TEXT or FUNCTION rcu");
    return { text, ways };
  });
}

/** Whether the scenario breaks in at least one way of taking the thing away. */
export function breaksWithout(cast: Cast, reliance: Reliance, options: Pick<SimulateOptions, "bound">): boolean {
  return reliance.ways.some((weakened) => play(cast, options, weakened).found !== null);
}

function ignoredWays(cast: Cast, name: string, what: string, lock: string, used: ReadonlySet<string>): Weakened[] {
  const threads = cast.scenario.threads.flatMap((t, thread) => (t === name ? [thread] : []));
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
    return [true, false].map((way) => ({ ...sound, forced: new Map([[`${name}:${block.id}`, way]]) }));
  });
}
