/**
 * Names the rule that a broken property comes under once the whole interleaving is known: an entry used as what it is
 * not is one thing when the code never asked, and another when it asked and the answer went stale.
 */
import type { ReplayedStep } from "./run/simulation.ts";
import { holdsEntryLock } from "./run/operation.ts";
import { lookingTurn } from "./run/machine.ts";
import type { Sight } from "./run/standings.ts";
import type { World } from "./world/build.ts";
import { heldBy } from "./world/locks.ts";
import type { Fault } from "./world/property.ts";
import { entryName, slotName } from "./world/turn.ts";

export function classify(fault: Fault, steps: readonly ReplayedStep[], world: World): Fault {
  switch (fault.property) {
    case "not-a-table": case "wrong-kind":
      return staleUse(fault, steps, world);
    case "freed-table": case "reused-table": case "dead-table-entry":
      return withoutContext(fault, steps, world);
    case "mapped-freed": case "stale-translation":
      return moved(fault, steps);
    default:
      return fault;
  }
}

/** The entry held something else when the thread saw it first: it acts on a value that it did not look at again. */
function staleUse(fault: Fault, steps: readonly ReplayedStep[], world: World): Fault {
  const now = steps[steps.length - 1]?.after;
  if (now === undefined || fault.thread < 0) return fault;
  if (!hasContext(now.data, fault.thread, world)) return { ...fault, rule: "walk-context" };
  const changed = changedUnder(steps.filter((s) => s.thread === fault.thread).flatMap((s) => s.saw), fault.property === "not-a-table" ? "table" : "leaf");
  if (changed === null) return fault;
  const locked = holdsEntryLock(world, lookingTurn(world, now.data, fault.thread), changed.table);
  const text = `${fault.text}; ${slotName(world.layout, changed.table, changed.index)} was ${entryName(changed.value)} when it was read before`;
  return { ...fault, text, rule: locked ? "stale-read" : "lockless-read" };
}

/** The last sight of an entry as what it is used as, when a later sight of it was something else. */
function changedUnder(sights: readonly Sight[], wanted: "table" | "leaf"): Sight | null {
  for (const [at, last] of [...sights.entries()].toReversed()) {
    if (last.value.k !== "entry" || last.value.kind === wanted) continue;
    const before = sights.slice(0, at).findLast((s) => s.table === last.table && s.index === last.index && s.value.k === "entry" && s.value.kind === wanted);
    if (before !== undefined) return before;
  }
  return null;
}

/** A walker that holds nothing which keeps tables in place is the one to blame, whoever freed the table. */
function withoutContext(fault: Fault, steps: readonly ReplayedStep[], world: World): Fault {
  const now = steps[steps.length - 1]?.after;
  if (now === undefined || fault.thread < 0) return fault;
  if (hasContext(now.data, fault.thread, world) && !walksNoVma(now.data, fault.thread, world)) return fault;
  return { ...fault, rule: "walk-context" };
}

/** Whether the thread holds anything that keeps tables or their VMA: page-table and folio locks do not. */
function hasContext(data: Int32Array, thread: number, world: World): boolean {
  const held = heldBy(lookingTurn(world, data, thread), world.locks).filter((name) => !/^(?:the p.. lock|page_table_lock|folio lock)/.test(name));
  return held.length > 0 || data[world.layout.rcu + thread]! > 0 || data[world.layout.irq + thread]! > 0;
}

/** Only mmap_lock is held, and the VMA is no longer in the tree: munmap frees the tables of such ranges under mmap_lock for reading. */
function walksNoVma(data: Int32Array, thread: number, world: World): boolean {
  const held = heldBy(lookingTurn(world, data, thread), world.locks);
  const kept = held.some((name) => /^(?:VMA lock|anon_vma lock|i_mmap_rwsem)/.test(name)) || data[world.layout.irq + thread]! > 0;
  return !kept && held.some((name) => name.startsWith("mmap_lock")) && world.vmas.some((_, vma) => (data[world.layout.vma + vma]! & 1) === 0);
}

/** A page that is reachable at an address to which its table was moved in the meantime was missed because of the move. */
function moved(fault: Fault, steps: readonly ReplayedStep[]): Fault {
  const moves = steps.some((s) => s.notes.some((n) => / none -> table /.test(n))) && steps.some((s) => s.notes.some((n) => / table T\d+ -> none/.test(n)));
  return moves ? { ...fault, rule: "move-context" } : fault;
}
