/** Which kinds of entries the tests of a function tell from each other, level by level, wherever they stand. */
import { calleesOf, stepsOf } from "../../c/index.ts";
import type { FunctionIr } from "../../c/ir.ts";
import type { Pair } from "../pair.ts";
import { copes } from "../paths/test-meaning.ts";
import type { Rulebook } from "../../rulebook/rulebook.ts";
import type { EntryKind, Level } from "../../rulebook/schema.ts";
import { inEra } from "../../util/version.ts";
import { worksOnHuge } from "./huge-branch.ts";
import { counted, type Measure } from "../touched-functions.ts";

/** Kinds that code has to keep apart; "bad" is none of them, and what is not present is told by one test. */
const kinds: readonly EntryKind[] = ["none", "table", "leaf", "devmap", "migration", "swap", "device-private", "device-exclusive", "hwpoison", "marker"];

/** A level with two kinds that some test answers differently: "pmd: leaf, devmap". */
type Distinction = `${Level}: ${EntryKind}, ${EntryKind}`;

function toldApart(fn: FunctionIr, rulebook: Rulebook): ReadonlySet<Distinction> {
  const found = new Set<Distinction>();
  for (const step of stepsOf(fn)) {
    if (step.op !== "call" || step.callee === null) continue;
    const level = /^(?:is_)?(pte|pmd|pud)_/.exec(step.callee)?.[1] as Level | undefined;
    const told = toldBy(step.callee, rulebook);
    if (level === undefined || told === null) continue;
    const [yes, no] = told;
    for (const a of yes) for (const b of no) if (matters(a, b)) found.add(kinds.indexOf(a) < kinds.indexOf(b) ? `${level}: ${a}, ${b}` : `${level}: ${b}, ${a}`);
  }
  return found;
}

/** The kinds that a call says yes and no to, by its result. */
function toldBy(callee: string, rulebook: Rulebook): readonly [EntryKind[], EntryKind[]] | null {
  const contract = rulebook.ever(callee);
  const tests = contract?.returns?.tests;
  if (tests) return [kinds.filter((kind) => tests.nonzero.includes(kind) && !tests.zero.includes(kind)), kinds.filter((kind) => tests.zero.includes(kind) && !tests.nonzero.includes(kind))];
  const settled = contract?.effects?.find((effect) => effect.do === "settle" && effect.when === "nonzero");
  return settled?.do === "settle" ? [kinds.filter((kind) => settled.kinds.includes(kind)), kinds.filter((kind) => !settled.kinds.includes(kind))] : null;
}

/** An entry that is none and one that is not present are both left alone by whoever asks for present ones, and huge is huge. */
function matters(a: EntryKind, b: EntryKind): boolean {
  if (huge.has(a) && huge.has(b)) return false;
  return (a !== "none" && b !== "none") || present.has(a) || present.has(b);
}

const huge: ReadonlySet<EntryKind> = new Set(["leaf", "devmap"]);
const present: ReadonlySet<EntryKind> = new Set(["table", "leaf", "devmap"]);

/** Tests of DAX entries, which have had a kind of their own until 6.17. */
export function asksForDevmap(callee: string): boolean {
  return /^p(?:te|md|ud)_devmap$/.test(callee);
}

/** By file. */
const devmapTests: Measure = ({ fn }) => counted(calleesOf(fn).some(asksForDevmap) ? [fn.file] : []);

/** The series that ended the kind in 6.17 was written for these: some of its patches take tests out of one file each. */
const endOfDevmap = { since: "6.13" };

/** Whether `to` has left off asking for DAX entries wherever the patch shows it, as where the kind goes: in several files, or in several functions when it did go. */
export function doesWithoutDevmap({ everywhere, rulebook }: Pick<Pair, "everywhere" | "rulebook">): boolean {
  const { from, to } = everywhere();
  const files = from.keys(devmapTests);
  if (to.keys(devmapTests).length > 0) return false;
  return files.length > 1 || (files.length === 1 && from.all(devmapTests, files[0]!) > 1 && inEra(rulebook.era, endOfDevmap));
}

/** What `from` tells apart beyond what `to` does: tests that came on top, none that took the place of another. */
export function newlyTold(pair: Pick<Pair, "from" | "to" | "rulebook" | "everywhere">): readonly string[] {
  const { from: { fn: from }, to: { fn: to }, rulebook } = pair;
  const [tells, told] = [toldApart(from, rulebook), toldApart(to, rulebook)];
  if (Array.from(told).some((one) => !tells.has(one)) || replaces(from, to, rulebook)) return [];
  // Code that fills an entry asks whether it is none: a new level of tables, not a missing test.
  const fills = calleesOf(from).some((name) => /alloc|populate/.test(name));
  // What is no table makes a lookup of ptes fail by itself, where it may fail.
  const lookups = calleesOf(to).filter((name) => copes(name, rulebook));
  const isLeftToLookup = (one: string): boolean => lookups.length > 0 && (/^pmd: .*(?:none|migration|device-private)/.test(one) || (/^pmd: .*(?:leaf|devmap)/.test(one) && lookups.every((name) => !worksOnHuge(from, name, rulebook))));
  // The way down a level that `to` does not go by itself any more is another function's.
  const levels = new Set(["pud", "pmd"].filter((level) => calleesOf(from).includes(`${level}_offset`) && !calleesOf(to).includes(`${level}_offset`)));
  const known = Array.from(tells).filter((one) => !told.has(one) && !levels.has(one.slice(0, 3)) && !(fills && one.includes(": none,")) && !isLeftToLookup(one));
  const before = new Set(ownTests(to, rulebook));
  const goes = known.some((one) => one.includes("devmap")) && doesWithoutDevmap(pair);
  return [...known.filter((one) => !goes || !one.includes("devmap")), ...ownTests(from, rulebook).filter((name) => !before.has(name)).map((name) => `${name}()`)];
}

/** Predicates on entries without a contract, as an architecture has them, that decide a path. */
function ownTests(fn: FunctionIr, rulebook: Rulebook): string[] {
  const deciding = new Set(fn.blocks.flatMap(({ end }) => (end.k === "branch" && end.cond.k === "var" ? [end.cond.name] : [])));
  return stepsOf(fn).flatMap((step) => {
    if (step.op !== "call" || step.callee === null || step.args.length !== 1 || !deciding.has(step.dst ?? "") || rulebook.ever(step.callee)) return [];
    return /^p(?:te|md|ud)_is_/.test(step.callee) ? [step.callee] : [];
  });
}

/** A test of `to` that `from` lacks; the ones that also destroy what they find bad are no tests to keep. */
function replaces(from: FunctionIr, to: FunctionIr, rulebook: Rulebook): boolean {
  const tests = (fn: FunctionIr): string[] => calleesOf(fn).filter((name) => rulebook.ever(name)?.returns?.tests !== undefined && !name.includes("clear_bad"));
  // Bits tested by hand (`pmd_val(pmd) & _PAGE_LEAF`) may say what the predicate said.
  const byHand = (fn: FunctionIr): number => calleesOf(fn).filter((name) => /^p(?:te|md|ud)_val$/.test(name)).length;
  const left = tests(from);
  return byHand(to) > byHand(from) || tests(to).some((name) => {
    const at = left.indexOf(name);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

/**
 * Whether a test of an entry went from one version to the other, and was not turned into one of another level, as where
 * levels are folded. Between hunks nothing else shows that kinds are no longer kept away: an entry that is only read once
 * more is not.
 */
export function testsWent(from: FunctionIr, to: FunctionIr): boolean {
  const [gone, come] = [surplusOf(testsOf(from), testsOf(to)), surplusOf(testsOf(to), testsOf(from))];
  const levels = new Set(gone.map(levelOf));
  return gone.length > 0 && come.every((name) => levels.has(levelOf(name)) || levelOf(name) === "");
}

function testsOf(fn: FunctionIr): string[] {
  return calleesOf(fn).filter((name) => /^(?:is_|non_)|^p(?:te|md|ud|4d|gd)_/.test(name));
}

function surplusOf(list: readonly string[], others: readonly string[]): string[] {
  const left = [...others];
  return list.filter((name) => {
    const at = left.indexOf(name);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

function levelOf(name: string): string {
  return /(?:^|_)(pte|pmd|pud|p4d|pgd)(?=_)/.exec(name)?.[1] ?? "";
}
