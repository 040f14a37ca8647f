/** One step on one path: facts before -> facts after (more than one where a call may succeed or fail). */
import type { CallStep, Step } from "../c/ir.ts";
import { inEra } from "../util/version.ts";
import { applyEffects } from "./effects.ts";
import { readEntry, writeEntry } from "./entry-effects.ts";
import { note, type Facts, updated } from "./facts.ts";
import { callInfo } from "./call-info.ts";
import { covering } from "./locks.ts";
import { orderTables } from "./table-effects.ts";
import { addressOf, contentOf, evaluate } from "./evaluate.ts";
import { trackBehind } from "./freed-behind.ts";
import type { Hooks } from "./hooks.ts";
import { markHugetlb, noteUse } from "./hugetlb-entries.ts";
import type { CallInfo, Site } from "./model.ts";
import { lookAt } from "./steady-fields.ts";
import * as sym from "./symbols.ts";
import { gapFacts, unknownCall } from "./unseen.ts";
import type { StepPlace } from "./ways.ts";

/** Every step but calls of helpers that the explorer inlines. */
export function transfer(step: Step, at: StepPlace, site: Site, hooks: Hooks): Facts[] {
  switch (step.op) {
    case "assign":
      return [assign(step, at, site)];
    case "load":
      return alive(step, [load(step, at, site, hooks)], site);
    case "store":
      return alive(step, [store(step, site, hooks)], site);
    case "gap":
      return [gapFacts(site.facts)];
    case "call":
      return call(step, at, site, hooks);
  }
}

/** Dereferencing a NULL that a map call returned ends the path as well. */
function alive(step: Extract<Step, { op: "load" | "store" }>, after: Facts[], site: Site): Facts[] {
  if (step.place.k !== "deref") return after;
  return isFailedMap(evaluate(step.place.ptr, site.facts, site.frame), site) ? [] : after;
}

function setVariable(facts: Facts, frame: number, name: string, value: string): Facts {
  const address = sym.variableAddress(frame, name);
  return facts.memory.get(address) === value ? facts : updated(facts, { memory: new Map(facts.memory).set(address, value) });
}

function assign(step: Extract<Step, { op: "assign" }>, at: StepPlace, site: Site): Facts {
  const { facts, frame } = site;
  const value = step.value ? evaluate(step.value, facts, frame) : sym.stepResult(frame.id, at.block, at.place);
  const before = contentOf(sym.variableAddress(frame.id, step.dst), facts);
  const moved = markAdvance(value, before, facts);
  return setVariable(moved, frame.id, step.dst, value);
}

/** `pte++`: the cursor may now stand one past its table, until it is used again. */
function markAdvance(value: string, before: string, facts: Facts): Facts {
  const { root, offset } = sym.splitMove(value);
  if (offset === 0n || offset === -1n || value === before && offset !== null) return facts;
  if (sym.splitMove(before).root !== root) return facts;
  return forgetRead(value, withPastUse(facts, root, true));
}

function withPastUse(facts: Facts, root: string, pastUse: boolean): Facts {
  if (!facts.maps.some((m) => m.pointer === root && m.pastUse !== pastUse)) return facts;
  return updated(facts, { maps: facts.maps.map((m) => (m.pointer === root ? { ...m, pastUse } : m)) });
}

/** The name stands for another entry now (a cursor moved on, another index): what was read through it is not its value. */
function forgetRead(pointer: string, facts: Facts): Facts {
  if (!facts.memory.has(`e:${pointer}`)) return facts;
  const memory = new Map(facts.memory);
  memory.delete(`e:${pointer}`);
  return updated(facts, { memory });
}

/** Using an advanced cursor shows that it still points into its table. */
function markUse(pointer: string, facts: Facts): Facts {
  const { root, offset } = sym.splitMove(pointer);
  return offset === 0n || offset === -1n ? facts : withPastUse(facts, root, false);
}

function load(step: Extract<Step, { op: "load" }>, at: StepPlace, site: Site, hooks: Hooks): Facts {
  const { frame, types } = site;
  const address = addressOf(step.place, site.facts, frame);
  for (const rule of hooks.onLoad) rule.onLoad(step, address, site);
  if (step.place.k === "deref") for (const rule of hooks.onDeref) rule.onDeref(address, site);
  if (step.place.k === "var") return setVariable(site.facts, frame.id, step.dst, evaluate({ k: "var", name: step.place.name }, site.facts, frame));
  const level = types.entryLevel(step.place);
  if (level === null || isVariable(address)) {
    const looked = step.place.k === "field" ? lookAt(step.place.field, address, site.facts) : site.facts;
    return setVariable(noteHalf(address, looked), frame.id, step.dst, contentOf(address, looked));
  }
  for (const rule of hooks.onAccess) rule.onAccess({ step, pointer: address, level }, site);
  const facts = level === "pte" ? noteUse(address, "base", "a plain load", { ...site, facts: markUse(address, site.facts) }) : markUse(address, site.facts);
  const locked = covering(facts).length > 0;
  const known = facts.memory.get(`e:${address}`);
  const reusable = known !== undefined && locked && (facts.values.get(known)?.under ?? "") !== "";
  if (reusable) return setVariable(facts, frame.id, step.dst, known);
  const result = sym.stepResult(frame.id, at.block, at.place);
  const read = readEntry(result, address, level, step.marking === null ? "plain" : "once", { ...site, facts });
  const indexed = sym.isUnstable(address) && !(step.place.k === "deref" && step.place.ptr.k === "var");
  return setVariable(indexed ? forgetRead(address, read) : read, frame.id, step.dst, result);
}

/** A variable of the function (or part of one), which no other CPU changes. */
function isVariable(address: string): boolean {
  return address.startsWith("&") && !address.startsWith("&g:");
}

/** Remembers that the first half of something was read, until a read barrier (see lockless-read). */
function noteHalf(address: string, facts: Facts): Facts {
  const key = sym.firstHalf(address);
  return address.startsWith("$") && !/[.[+]/.test(address) ? updated(facts, { memory: new Map(facts.memory).set(key, "read") }) : facts;
}

function store(step: Extract<Step, { op: "store" }>, site: Site, hooks: Hooks): Facts {
  const { facts, frame, types, loc } = site;
  const address = addressOf(step.place, facts, frame);
  if (step.marking === "smp_store_release") return store({ ...step, marking: null }, { ...site, facts: orderTables(facts) }, hooks);
  const level = types.entryLevel(step.place);
  if (level !== null && !address.startsWith("&")) {
    for (const rule of hooks.onAccess) rule.onAccess({ step, pointer: address, level }, site);
    return writeEntry(address, markUse(address, facts), note(facts, loc, "writes the entry"));
  }
  if (step.place.k === "deref") for (const rule of hooks.onDeref) rule.onDeref(address, site);
  return updated(facts, { memory: new Map(facts.memory).set(address, evaluate(step.value, facts, frame)) });
}

function call(step: CallStep, at: StepPlace, site: Site, hooks: Hooks): Facts[] {
  const info = callInfo(step, at, site);
  for (const rule of hooks.calls) {
    rule.onCall?.(info, site);
    if (rule.onRequirement) for (const requirement of info.contract?.requires ?? []) rule.onRequirement(requirement, info, site);
  }
  if (usesFailedMap(info, site)) return [];
  // Unmapping through a cursor does not show that the cursor still points into its table.
  const unmaps = info.contract?.effects?.some((e) => e.do === "unmap") ?? false;
  const used = unmaps ? site.facts : info.args.reduce((facts, arg) => markUse(arg, facts), site.facts);
  const ready = { ...site, facts: learnAddress(info, used) };
  const after = info.contract ? byContract(info, ready, hooks).map((facts) => (info.contract?.returns?.hugetlb === true ? markHugetlb(info.result, `${step.callee}() of line ${step.loc.line} gave it`, facts) : facts)) : [unknownCall(info, ready)];
  return after.map((facts) => withResult(step, info, trackBehind(info, ready, facts), site.frame.id));
}

/** A pmd that is given together with an address maps that address: the first pair tells. */
function learnAddress(info: CallInfo, facts: Facts): Facts {
  const params = info.contract?.params ?? [];
  const address = info.args[params.indexOf("addr")];
  const entry = info.args[params.findIndex((param) => param === "pmd" || param === "pmdp")];
  if (address === undefined || entry === undefined || sym.isUnstable(address) || facts.memory.has(sym.addressOfEntry(entry))) return facts;
  return updated(facts, { memory: new Map(facts.memory).set(sym.addressOfEntry(entry), address) });
}

/** A NULL that a map call returned is used: the path ends here, what would follow is not worth a finding. */
function usesFailedMap(info: CallInfo, site: Site): boolean {
  return info.contract?.requires?.some((r) => r.need === "mapped" && isFailedMap(info.arg(r.pointer), site)) ?? false;
}

function isFailedMap(pointer: string, site: Site): boolean {
  const { root } = sym.splitMove(pointer);
  if (site.facts.truths.get(root) !== false) return false;
  return site.callOf(root)?.contract?.returns?.mayFailSince !== undefined;
}

/** Forks where an effect depends on the result, so that later tests of the result pick the right half. */
function byContract(info: CallInfo, site: Site, hooks: Hooks): Facts[] {
  const contract = info.contract!;
  const conditional = contract.effects?.some((e) => "when" in e && e.when !== undefined) ?? false;
  const failSince = contract.returns?.mayFailSince;
  if (!conditional && (failSince === undefined || info.step.dst === null)) return [applyEffects(info, null, site, hooks)];
  const canFail = failSince === undefined || inEra(site.rulebook.era, { since: failSince });
  const outcomes = canFail ? (["nonzero", "zero"] as const) : (["nonzero"] as const);
  return outcomes.map((on) => {
    const facts = applyEffects(info, on, site, hooks);
    const fails = on === "zero" && failSince !== undefined;
    return updated(facts, { truths: new Map(facts.truths).set(info.result, on === "nonzero"), failed: fails ? new Set(facts.failed).add(info.result) : facts.failed });
  });
}

/** Remembers what the walk to an entry began at: the variables on the way may be gone when it is asked. */
function withTop(info: CallInfo, derived: Facts["derived"]): Facts["derived"] {
  const { contract } = info;
  const entry = contract?.returns?.entry;
  const map = contract?.effects?.find((e) => e.do === "map");
  const below = entry?.below ?? (map?.do === "map" ? map.of : undefined);
  if (below === undefined) return derived;
  const { root } = sym.splitMove(info.arg(below));
  const top = entry?.kernel ? "init_mm" : (derived.get(sym.walkTop(root)) ?? root);
  return new Map(derived).set(sym.walkTop(info.result), top);
}

function withResult(step: CallStep, info: CallInfo, facts: Facts, frame: number): Facts {
  const like = info.contract?.returns?.like;
  const source = like === undefined ? undefined : facts.values.get(info.arg(like));
  const values = source ? new Map(facts.values).set(info.result, source) : facts.values;
  const origin = info.args.find((arg) => facts.values.has(arg) || facts.derived.has(arg));
  const derived = origin === undefined || facts.values.has(info.result) ? facts.derived : new Map(facts.derived).set(info.result, facts.derived.get(origin) ?? origin);
  const speaks = info.contract?.returns?.tests !== undefined || info.contract?.returns?.same !== undefined || info.contract?.returns?.tableOf !== undefined || info.contract?.returns?.batch !== undefined;
  const calls = speaks ? new Map(facts.calls).set(info.result, info.args) : facts.calls;
  const tops = withTop(info, derived);
  const known = values === facts.values && tops === facts.derived && calls === facts.calls ? facts : updated(facts, { values, derived: tops, calls });
  return step.dst === null ? known : setVariable(known, frame, step.dst, info.result);
}
