/**
 * Checks that a suggested repair removes a trace: the same run again with the missing lock, barrier, flush or wait put in.
 * A second look under the lock that is held anyway means that the function goes no further where it would use what has
 * changed; where it holds no lock there, it runs under the entry's lock throughout.
 */
import type { RuleId } from "../core/finding.ts";
import { lockNameOf, type HeldLock } from "./replay-run.ts";
import { again, type Looks, type ReplayRequest, type ReplayTrace } from "./replay.ts";
import { sound, type Weakened } from "./world/build.ts";

export interface Repair {
  /** What was put in, for people. */
  readonly text: string;
  /** True when the run holds with it, false when the trace is there with every repair that is known for the rule, null when that could not be told. */
  readonly confirmed: boolean | null;
}

interface Candidate {
  readonly text: string;
  readonly held: readonly HeldLock[];
  readonly helped: readonly string[];
}

const hold = (text: string, ...held: HeldLock[]): Candidate => ({ text: `hold ${text}`, held, helped: [] });
const help = (text: string, ...helped: string[]): Candidate => ({ text, held: [], helped });

const rmapWrite = hold("the rmap locks for writing", { class: "i_mmap", mode: "write" }, { class: "anon_vma", mode: "write" });
const entryLocks = [
  hold("the page-table lock of the PTE table from the first look on", { class: "pte-ptl" }),
  hold("the page-table lock of the PMD from the first look on", { class: "pmd-ptl" }),
];

/** A walker that looks without the lock must not find the entry empty while it is changed. */
const kept = [help("invalidate the huge entry instead of clearing it while it is changed", "keep")];

const candidates: Readonly<Partial<Record<RuleId, readonly Candidate[]>>> = {
  "entry-lock": entryLocks,
  "stale-read": [help("look at the entry again under the lock that is held there, and back out when it has changed", "recheck"), ...entryLocks],
  "lockless-read": entryLocks,
  "walk-context": [hold("mmap_lock for reading", { class: "mmap", mode: "read" }), hold("mmap_lock for writing", { class: "mmap", mode: "write" })],
  "move-context": [rmapWrite],
  "publish-order": [help("order the table's contents before the store that makes it reachable", "barrier")],
  "tlb-flush": [help("flush before the page-table lock is released", "flush")],
  "table-free": [
    help("wait for walkers that have interrupts off before the table leaves", "ipi"),
    help("free the table after a grace period", "grace", "ipi"),
    rmapWrite,
  ],
};

/** Null when no repair is known for the rule. */
export function* repair(request: ReplayRequest, trace: ReplayTrace, looks: Looks): Generator<void, Repair | null> {
  const known = (candidates[trace.rule] ?? []).filter((candidate) => !isHeldAlready(candidate, trace));
  const [first] = known;
  if (first === undefined) return null;
  const own = trace.property === "missed-mapping" ? kept : [];
  let told = true;
  for (const candidate of [...own, ...known]) {
    const held = [...trace.held.filter((h) => !candidate.held.some((c) => c.class === h.class)), ...candidate.held];
    const run = yield* again(request, { held, bound: request.bound * 10, weakened: weakenedBy(candidate, trace) }, trace, looks);
    if (run !== null && run.found === null && run.complete) return { text: candidate.text, confirmed: true };
    // A run that was cut short, or in which something else broke, says nothing of the trace.
    told &&= run?.found?.fault.property === trace.property;
  }
  return { text: first.text, confirmed: told ? false : null };
}

/** Whether the trace shows that CPU0 holds mmap_lock for reading, so that to do so is no repair. */
function isHeldAlready({ held }: Candidate, trace: ReplayTrace): boolean {
  const [lock] = held;
  if (lock?.class !== "mmap" || lock.mode !== "read") return false;
  return trace.held.some((h) => h.class === "mmap") || trace.trace.steps.some((step) => step.cpu === 0 && step.effect.split("; ").includes("takes mmap_lock for reading"));
}

/** A lock that is held throughout is not taken a second time, and sleeping under it is not the question here. */
function weakenedBy(candidate: Candidate, trace: ReplayTrace): Weakened {
  const names = candidate.held.flatMap((h) => lockNameOf(trace.world, h.class) ?? []);
  const spins = candidate.held.some((h) => h.class.endsWith("-ptl"));
  return { ...sound, ignored: new Set(names.map((name) => `0:${name}`)), helped: new Set([...candidate.helped, ...(spins ? ["sleep"] : [])]) };
}
