/**
 * Requirements that a patch makes undecided, or decides. Where only hunks are known, or a caller may hold the lock, the
 * code after the patch often proves nothing and refutes nothing; but when the code before it showed what is needed and
 * the code after it does not, the patch has taken it away. The other way round it has been mended.
 */
import { type Evidence, type FunctionCheck, fingerprint, kindNames, meantToCome, notLookedAgain, notLookedAt, testedOtherwise } from "../check/index.ts";
import type { FunctionIr } from "../c/ir.ts";
import { lostGuards } from "./lost-guards.ts";
import type { Finding, Obligation, RuleId } from "../core/finding.ts";
import { type Change, guarded, movedHere, type TouchedLines, type Versions } from "./guards.ts";
import { exposureOf, isAboutTlbs, pageTableLock } from "./protections.ts";
import { renamedIn } from "./renamed.ts";
import { testsWent } from "./told-apart.ts";
import type { Rulebook } from "../rulebook/rulebook.ts";

/** Rules whose demands stand at a call and move with it. */
const atCalls: ReadonlySet<RuleId> = new Set(["entry-lock", "stale-read", "entry-kind", "map-failure", "publish-order", "lockless-read", "walk-context", "move-context", "hugetlb-share", "sleep-atomic"]);

/** Rules about what lies between two places: nothing can be said of them unless all of the function is in view. */
const between: ReadonlySet<RuleId> = new Set(["lock-balance", "map-balance", "walk-done", "tlb-flush", "notifier-scope", "lazy-mmu", "table-free", "pt-accounting", "batch-bounds"]);

/** Said of one place by itself, though it is of such a rule. */
function standsAlone(obligation: Obligation): boolean {
  return obligation.what.endsWith("at an error return");
}

/** Findings for requirements that became undecided ("introduced", possible) or proved ("fixed"). */
export function regressions(pre: readonly FunctionCheck[], post: readonly FunctionCheck[], rulebook: Rulebook, touched: TouchedLines): Finding[] {
  const renamed = renamedIn(pre, post);
  return post.flatMap((after) => {
    // Variants of one function (#ifdef, #else) go by their order.
    const variants = (checks: readonly FunctionCheck[], name: string): FunctionCheck[] => checks.filter((check) => check.fn.name === name);
    const before = variants(pre, renamed.get(after.fn.name) ?? after.fn.name)[variants(post, after.fn.name).indexOf(after)];
    if (!before) return [];
    const whole = isWhole(before) && isWhole(after);
    const moved = gainsElsewhere(pre, post, after.fn.name) || callsNew(before, after, rulebook);
    const versions = { pre, post, rulebook, touched };
    const lost = moved ? [] : changes(before, after, whole, "lost", versions);
    const won = changes(after, before, whole, "won", versions);
    return [...lost.map((change) => finding(after, change, "introduced", whole)), ...won.map((change) => ({ ...finding(before, change, "fixed", whole), function: after.fn.name }))];
  });
}

/** Guards of `from` that `to` does without. */
function guards(from: FunctionCheck, to: FunctionCheck, direction: "lost" | "won", versions: Versions): Change[] {
  if (movedHere(pageTableLock.what, from, direction, versions)) return [];
  return lostGuards(from, to, direction === "lost" ? versions.touched.post : versions.touched.pre, versions.rulebook).flatMap(({ rule, line, column, what }) => {
    if ([...from.obligations, ...to.obligations].some((o) => o.rule === rule && o.outcome === "violated")) return [];
    const obligation: Obligation = { rule, outcome: "unknown", line, column, what, note: "" };
    return [{ obligation, message: (status) => (status === "introduced" ? `the patch takes away ${what}, and puts nothing in its place` : `the patch adds ${what}`) }];
  });
}

function isWhole({ fn, limit }: FunctionCheck): boolean {
  return !fn.partial && fn.headKnown && fn.unreadable.length === 0 && limit === "";
}

/** What `from` shows and `to` does not. One change for a line of `to`. */
function changes(from: FunctionCheck, to: FunctionCheck, whole: boolean, direction: "lost" | "won", versions: Versions): Change[] {
  const kinds = kindsLetThrough(from, to, whole);
  const demanded = [...undecided(from, to, whole, direction), ...keptOrReleased(from, to, whole), ...kinds];
  // What was done without being asked is said of a rule only where no demand of it changed sides.
  const strong = whole ? guards(from, to, direction, versions) : [];
  const deeds = [...strong, ...undone(from, to, direction, versions.rulebook), ...guarded(from, to, direction, versions)];
  const rules = new Set<RuleId>([...demanded.map((d) => d.obligation.rule), ...(kinds.length > 0 ? (["entry-kind"] as const) : [])]);
  const found = [...demanded, ...deeds.filter((deed) => !rules.has(deed.obligation.rule) && Boolean(rules.add(deed.obligation.rule)))];
  const refuted = new Set([...from.obligations, ...to.obligations].filter((o) => o.outcome === "violated").map((o) => o.rule));
  const seen = new Set<string>();
  return found.filter(({ obligation }) => {
    const key = `${obligation.rule} ${obligation.line}`;
    return !refuted.has(obligation.rule) && !seen.has(key) && Boolean(seen.add(key));
  });
}

function demands(check: FunctionCheck): readonly Obligation[] {
  return [...check.obligations, ...check.evidence.filter((e) => e.quiet === "demand" && e.open === null)];
}

/** Demands that `from` proves more often than `to` does, and that `to` leaves open more often. */
function undecided(from: FunctionCheck, to: FunctionCheck, whole: boolean, direction: "lost" | "won"): Change[] {
  return keysOf(demands(from), (o) => atCalls.has(o.rule) || standsAlone(o) || (whole && between.has(o.rule))).flatMap((key) => {
    const [a, b] = [demands(from).filter((o) => keyOf(o) === key), demands(to).filter((o) => keyOf(o) === key)];
    const fewerProofs = count(a, "proved") > count(b, "proved");
    const moreOpen = count(b, "unknown") > count(a, "unknown");
    if (fewerProofs && moreOpen) return b.filter((o) => o.outcome === "unknown").slice(0, 1).map(asRequirement);
    // Where the name is not in view before the patch, nothing could be asked of it.
    const supplied = direction === "won" && fewerProofs && b.length === 0 && standsAlone(a[0]!);
    return supplied ? [asRequirement({ ...a[0]!, line: to.fn.line, column: 1 })] : [];
  });
}

function asRequirement(obligation: Obligation): Change {
  const { what } = obligation;
  return { obligation, message: (status) => (status === "introduced" ? `the patch takes away what showed this requirement before: ${what}` : `the patch makes this requirement hold: ${what}`) };
}

/** A lock or mapping that may be meant for the caller, but that `from` ended on every path: then it was not meant so. */
function keptOrReleased(from: FunctionCheck, to: FunctionCheck, whole: boolean): Change[] {
  if (!whole) return [];
  return keysOf(to.obligations, (o) => between.has(o.rule) && o.what.endsWith("at return")).flatMap((key) => {
    const [a, b] = [from.obligations.filter((o) => keyOf(o) === key), to.obligations.filter((o) => keyOf(o) === key && o.outcome === "unknown")];
    const ends = (check: FunctionCheck): number => check.obligations.filter((o) => key.startsWith(o.rule) && /^(release|unmap|page_vma_mapped_walk_done)/.test(o.what)).length;
    return a.length === 0 && b.length > 0 && ends(to) < ends(from) ? b.slice(0, 1).map(asRequirement) : [];
  });
}

/** Barriers and re-checks that went while what they stood next to stayed. */
function undone(from: FunctionCheck, to: FunctionCheck, direction: "lost" | "won", rulebook: Rulebook): Change[] {
  // New code brings barriers and comparisons of its own.
  if (direction === "won" && exposureOf(from.fn, rulebook).changes > exposureOf(to.fn, rulebook).changes) return [];
  if (direction === "lost" && from.obligations.filter((o) => atCalls.has(o.rule)).length > to.obligations.filter((o) => atCalls.has(o.rule)).length) return [];
  const deeds = (check: FunctionCheck): Evidence[] => check.evidence.filter((e) => e.quiet === "deed");
  return keysOf(deeds(from), () => true).flatMap((key) => {
    const was = deeds(from).filter((e) => keyOf(e) === key);
    const gone = was.length > deeds(to).filter((e) => keyOf(e) === key).length;
    const { what } = was[0]!;
    const rule = was[0]!.rule === "publish-order" && isAboutTlbs(from.fn, rulebook) ? "tlb-flush" : was[0]!.rule;
    return gone ? [{ obligation: { ...was[0]!, rule, line: to.fn.line, column: 1 }, weak: true, message: (status: string) => (status === "introduced" ? `the patch takes away what this function did before: ${what}` : `the patch adds what this function did not do before: ${what}`) }] : [];
  });
}

/** Calls that more kinds of entries reach than before. */
function kindsLetThrough(from: FunctionCheck, to: FunctionCheck, whole: boolean): Change[] {
  if (asserted(to.fn).join() !== asserted(from.fn).join() || (!whole && !testsWent(from.fn, to.fn))) return [];
  const uses = (check: FunctionCheck): Evidence[] => check.evidence.filter((e) => e.open !== null);
  const grown = keysOf(uses(to), () => true).flatMap((key) => {
    const [a, b] = [uses(from).filter((e) => keyOf(e) === key), uses(to).filter((e) => keyOf(e) === key)];
    if (a.length < b.length) return [];
    const openIn = (list: readonly Evidence[], kind: number): number => list.filter((e) => (e.open! & kind) !== 0).length;
    if (b.some((e) => (e.open! & testedOtherwise) !== 0)) return [];
    const bits = Array.from({ length: 16 }, (_, i) => 1 << i).filter((kind) => openIn(b, kind) > openIn(a, kind) && openIn(b, meantToCome(kind)) === 0);
    const more = bits.reduce((set, kind) => set | kind, 0);
    const place = b.find((e) => (e.open! & more) !== 0);
    return place ? [{ place, more }] : [];
  });
  // A kind that comes through at every place is what a test was dropped for; the others are what is not followed that far.
  const common = grown.reduce((set, { more }) => set & more, ~0);
  return grown.flatMap(({ place, more: all }) => {
    const more = common === 0 ? all : common;
    const names = kindNames(more).filter((name) => name !== "bad");
    const blind = (more & notLookedAt) !== 0;
    const callee = place.note;
    if ((more & notLookedAgain) !== 0) return [{ obligation: { ...place, rule: "stale-read" }, message: (status: string) => (status === "introduced" ? `the patch hands an entry to ${callee} under its lock without looking at it again there, which was done before` : `the patch looks at the entry again under its lock before ${callee}`) }];
    if (names.every((name) => name === "none" || (!whole && name === "table"))) return [];
    const entries = `${names.join(", ")} entries`;
    return [{ obligation: { ...place, rule: blind ? "stale-read" : place.rule }, message: (status: string) => (status === "introduced" ? `the patch lets ${entries} reach ${callee}${blind ? " without looking at the entry here" : ""}, which were kept away before` : `the patch keeps ${entries} away from ${callee}`) }];
  });
}

/** Predicates that VM_BUG_ON() and the like ask: they say what the author expects and keep nothing away. */
function asserted({ blocks }: FunctionIr): string[] {
  return blocks.flatMap(({ steps, end }) => {
    if (end.k !== "branch" || ![end.yes, end.no].some((to) => blocks[to]?.end.k === "stop")) return [];
    const last = steps.at(-1);
    return last?.op === "call" && last.callee !== null && end.cond.k === "var" && end.cond.name === last.dst ? [last.callee] : [];
  });
}

function keyOf(obligation: Obligation): string {
  return `${obligation.rule} ${obligation.what}`;
}

function keysOf<T extends Obligation>(list: readonly T[], wanted: (obligation: T) => boolean): string[] {
  return Array.from(new Set(list.filter(wanted).map(keyOf)));
}

function count(list: readonly Obligation[], outcome: Obligation["outcome"]): number {
  return list.filter((o) => o.outcome === outcome).length;
}

/** Another function of the file shows more locks, tests or barriers than before: what is gone here may have moved there. */
function gainsElsewhere(pre: readonly FunctionCheck[], post: readonly FunctionCheck[], name: string): boolean {
  const proofs = (checks: readonly FunctionCheck[]): number =>
    checks.filter((check) => check.fn.name !== name).reduce((sum, { obligations, evidence }) => sum + count([...obligations, ...evidence], "proved"), 0);
  return proofs(post) > proofs(pre);
}

/** A function that was not called before, is handed something, and has no contract: the test, lock or barrier may be in there. */
function callsNew(before: FunctionCheck, after: FunctionCheck, rulebook: Rulebook): boolean {
  const known = calleesOf(before);
  return Array.from(calleesOf(after)).some((name) => !known.has(name) && !rulebook.contract(name));
}

function calleesOf({ fn }: FunctionCheck): Set<string> {
  return new Set(fn.blocks.flatMap((block) => block.steps.flatMap((step) => (step.op === "call" && step.callee !== null && step.args.length > 0 ? [step.callee] : []))));
}

function finding(check: FunctionCheck, { obligation, message, weak }: Change, status: "introduced" | "fixed", whole: boolean): Finding {
  const { fn } = check;
  return {
    rule: obligation.rule,
    // What was shown before may be shown now by code that is not in view: worth a look, never a reason to stop a patch.
    severity: status === "introduced" && (!whole || weak) ? "note" : "warning",
    confidence: "possible",
    status,
    file: fn.file,
    line: obligation.line,
    column: obligation.column,
    function: fn.name,
    message: message(status),
    why: status === "introduced" ? "Before the patch the code in view showed that the requirement holds here; now nothing in view does." : "",
    fix: status === "introduced" ? "Put it back, or show in the patch where it comes from now (a caller, a helper)." : "",
    requires: [obligation.what],
    held: [],
    assumed: ["nothing is known of the callers and of what lies outside the code in view"],
    path: [],
    trace: null,
    fixConfirmed: null,
    references: [],
    fingerprint: fingerprint(fn, obligation.rule, obligation.what),
  };
}
