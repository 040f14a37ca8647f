/**
 * Callers in the tree that do not cope with what a patch makes of a function: entries of kinds that it did not return
 * before (page_vma_mapped_walk() through check_pte()), or a lock that it asserts now. The callers are held against the
 * rules with the function's old and with its new contract; what only the new one breaks is listed.
 */
import { functionsAmong, functionsNamed, stepsOf } from "./c/index.ts";
import { checkUnit, fingerprint, type FunctionCheck, nothingElse } from "./check/index.ts";
import type { Expr, FunctionIr, UnitIr } from "./c/ir.ts";
import { type Sides, type Source, touchedNames } from "./check-images.ts";
import type { Finding, PathStep, RuleId } from "./core/finding.ts";
import type { Rulebook } from "./rulebook/index.ts";
import type { Contract, EntryKind, Requirement } from "./rulebook/schema.ts";

/** Finds the functions of the tree that call one, in whole files. */
export type CallersOf = (name: string) => Promise<readonly UnitIr[]>;

/** What a function gives or needs since the patch. */
interface Change {
  readonly fn: FunctionIr;
  /** Name of the function that callers in other files know. */
  readonly name: string;
  readonly rule: RuleId;
  /** "may return device-exclusive entries". */
  readonly says: string;
  readonly before: Contract | undefined;
  readonly after: Contract;
}

const mostListed = 24;

/** `wholeFile` gives the touched file as the tree has it, for the way from a static function to those that others call. */
export async function callersAtRisk({ pre, post }: Sides<Source | null>, wholeFile: (names: ReadonlySet<string>) => Promise<UnitIr | null>, callersOf: CallersOf, rulebook: Rulebook): Promise<Finding[]> {
  if (pre === null || post === null) return [];
  const touched = new Set([...touchedNames(pre), ...touchedNames(post)]);
  const pairs = functionsAmong(post.unit, touched).flatMap((fn): Pair[] => {
    const [old] = functionsNamed(pre.unit, fn.name);
    return old === undefined || (moreKinds(old, fn, rulebook).length === 0 && newAssertions(old, fn, rulebook).length === 0) ? [] : [{ old, fn }];
  });
  // Cheap so far: most patches end here, and nothing is read of the tree for them.
  if (pairs.length === 0) return [];
  const whole = (await wholeFile(new Set(pairs.map(({ fn }) => fn.name)))) ?? post.unit;
  const findings: Finding[] = [];
  for (const change of pairs.flatMap(({ old, fn }) => [...newKinds(old, fn, whole, rulebook), ...newAssertions(old, fn, rulebook)])) {
    const places: PathStep[] = [];
    for (const unit of await callersOf(change.name)) places.push(...newlyBroken(unit, change, rulebook));
    if (places.length > 0) findings.push(toFinding(change, places, post));
  }
  return findings;
}

/** One function before and after the patch. */
interface Pair {
  readonly old: FunctionIr;
  readonly fn: FunctionIr;
}

/** More tests for a special kind than before: the function lets entries of that kind through, or out to its callers. */
function newKinds(old: FunctionIr, fn: FunctionIr, whole: UnitIr, rulebook: Rulebook): Change[] {
  const kinds = moreKinds(old, fn, rulebook);
  if (kinds.length === 0) return [];
  return outerNames(fn, whole).flatMap((name) => {
    const contract = rulebook.contract(name);
    const known = contract?.returns?.kinds;
    if (!contract || !known) return [];
    // Held against present entries alone: a caller that does not cope with another special kind either is listed all the same.
    const others = known.filter((kind) => !special.has(kind));
    const withKinds = (list: readonly EntryKind[]): Contract => ({ ...contract, returns: { ...contract.returns, kinds: list } });
    return [{ fn, name, rule: "entry-kind" as const, says: `may now return ${kinds.join(", ")} entries`, before: withKinds(others), after: withKinds([...others, ...kinds]) }];
  });
}

function moreKinds(old: FunctionIr, fn: FunctionIr, rulebook: Rulebook): EntryKind[] {
  const before = testedKinds(old, rulebook);
  return Array.from(testedKinds(fn, rulebook)).filter(([kind, count]) => count > (before.get(kind) ?? 0)).map(([kind]) => kind);
}

const special: ReadonlySet<EntryKind> = new Set(["migration", "swap", "device-private", "device-exclusive", "hwpoison", "marker"]);

function testedKinds(fn: FunctionIr, rulebook: Rulebook): Map<EntryKind, number> {
  const counts = new Map<EntryKind, number>();
  for (const step of stepsOf(fn)) {
    const tests = step.op === "call" && step.callee !== null ? rulebook.contract(step.callee)?.returns?.tests : undefined;
    if (!tests || tests.nonzero.length > 2) continue;
    for (const kind of tests.nonzero) if (special.has(kind)) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return counts;
}

/** The function itself, and those of its file that lead to it by calls of static functions. */
function outerNames(fn: FunctionIr, whole: UnitIr): string[] {
  const reached = new Set([fn.name]);
  for (let before = 0; before < reached.size; ) {
    before = reached.size;
    for (const caller of whole.functions) if (stepsOf(caller).some((step) => step.op === "call" && step.callee !== null && reached.has(step.callee))) reached.add(caller.name);
  }
  return Array.from(reached);
}

/** Assertions of sleeping locks that were not there before: what the function needs of every caller. */
function newAssertions(old: FunctionIr, fn: FunctionIr, rulebook: Rulebook): Change[] {
  const before = new Set(assertions(old, rulebook).map((a) => JSON.stringify(a)));
  const added = assertions(fn, rulebook).filter((a) => !before.has(JSON.stringify(a)));
  if (added.length === 0) return [];
  const contract = rulebook.contract(fn.name);
  const plain: Contract = contract ?? { name: fn.name, params: fn.params, references: [] };
  const after = { ...plain, params: fn.params, requires: [...(plain.requires ?? []), ...added] };
  return [{ fn, name: fn.name, rule: "walk-context", says: "now asserts a lock", before: plain, after }];
}

const asserted: ReadonlySet<string> = new Set(["mmap", "vma", "i_mmap", "anon_vma", "hugetlb-vma"]);

function assertions(fn: FunctionIr, rulebook: Rulebook): Requirement[] {
  return stepsOf(fn).flatMap((step): Requirement[] => {
    if (step.op !== "call" || step.callee === null) return [];
    const contract = rulebook.contract(step.callee);
    return (contract?.effects ?? []).flatMap((effect): Requirement[] => {
      if (effect.do !== "assert" || !("class" in effect.lock) || !asserted.has(effect.lock.class)) return [];
      const of = pathOf(step.args[contract!.params.indexOf(effect.lock.of ?? "")], fn);
      const any = [{ class: effect.lock.class, of }];
      return of === null ? [] : [{ need: "held", rule: "walk-context", any, ...(effect.mode === "write" ? { mode: "write" as const } : {}) }];
    });
  });
}

/** "vma" or "vma.vm_mm": the argument by the function's own parameters, or null. */
function pathOf(argument: Expr | undefined, fn: FunctionIr): string | null {
  if (argument?.k !== "var") return null;
  if (fn.params.includes(argument.name)) return argument.name;
  const load = stepsOf(fn).find((step) => step.op === "load" && step.dst === argument.name);
  if (load?.op !== "load" || load.place.k !== "field" || load.place.base.k !== "deref") return null;
  const base = pathOf(load.place.base.ptr, fn);
  return base === null ? null : `${base}.${load.place.field}`;
}

/** Where the callers in this file break what they did not break with the old contract. */
function newlyBroken(unit: UnitIr, change: Change, rulebook: Rulebook): PathStep[] {
  const calls = (fn: FunctionIr): boolean => fn.name !== change.fn.name && stepsOf(fn).some((step) => step.op === "call" && step.callee === change.name);
  const check = (contract: Contract | undefined): FunctionCheck[] => checkUnit(unit, { ...rulebook, contract: (name) => (name === change.name ? contract : rulebook.contract(name)) }, nothingElse, calls);
  const before = new Set(check(change.before).flatMap((one) => one.findings.map(placeOf)));
  const broken = check(change.after).flatMap((one) => one.findings.filter((f) => f.rule === change.rule && !before.has(placeOf(f))));
  return broken.map((f) => ({ file: unit.file, line: f.line, text: `${f.function}(): ${f.message}` }));
}

function placeOf(finding: Finding): string {
  return `${finding.rule} ${finding.line}:${finding.column}`;
}

function toFinding(change: Change, places: readonly PathStep[], { image }: Source): Finding {
  const { fn } = change;
  const names = Array.from(new Set(places.map((place) => `${place.text.slice(0, place.text.indexOf("("))}()`)));
  const listed = names.slice(0, mostListed).join(", ") + (names.length > mostListed ? `, and ${names.length - mostListed} more` : "");
  const line = Array.from(image.changed).filter((at) => at >= fn.line && at <= fn.endLine).toSorted((a, b) => a - b)[0] ?? fn.line;
  const one = names.length === 1;
  return {
    rule: change.rule,
    severity: "warning",
    confidence: "likely",
    status: "introduced",
    file: fn.file,
    line,
    column: 1,
    function: fn.name,
    message: `${change.name}() ${change.says}, and ${names.length} caller${one ? "" : "s"} in the tree do${one ? "es" : ""} not cope: ${listed}`,
    why: "The callers were written for what the function did before; each place on the path breaks a rule with what it does now.",
    fix: "Mend the callers in the same series, before this patch.",
    requires: [`callers of ${change.name}() cope`],
    held: [],
    assumed: [],
    path: places.slice(0, mostListed),
    trace: null,
    fixConfirmed: null,
    references: change.after.references,
    fingerprint: fingerprint(fn, change.rule, `callers of ${change.name}`),
  };
}
