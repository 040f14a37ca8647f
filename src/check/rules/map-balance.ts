/**
 * map-balance: a mapped pte is unmapped once on every path, through a pointer into its own page. Since 6.6 a missing
 * pte_unmap() leaves an RCU read section open on every configuration; with HIGHPTE a wrong pointer unmaps another page.
 */
import { inEra } from "../../util/version.ts";
import type { FunctionIr } from "../../c/ir.ts";
import { stepsOf } from "../../c/index.ts";
import { truthOf } from "../facts.ts";
import { mayHaveHighTables } from "../high-tables.ts";
import type { CallInfo, Rule, Site } from "../model.ts";
import * as sym from "../symbols.ts";
import { neverSetAt } from "./map-balance/never-set.ts";
import { implementsContract, isFaultStructure } from "./lock-balance.ts";

export const mapBalance: Rule = {
  id: "map-balance",

  onCall: (call, site) => {
    judgeSet(call, site);
    for (const pointer of entriesTouched(call)) judgeUse(pointer, `${call.step.callee}()`, site);
    if (call.step.dst !== null || unmapsNothing(site) || !call.contract?.effects?.some((e) => e.do === "map")) return;
    site.judge({
      rule: "map-balance",
      outcome: "violated",
      what: "the mapping's pointer is kept",
      message: `the result of ${call.step.callee}() is not kept: whatever is unmapped later is not this mapping`,
      group: `mapped in line ${site.loc.line}`,
      requires: ["pte_unmap() of the pointer that the map call returned"],
      certain: true,
    });
  },

  onAccess: ({ pointer, level, step }, site) => {
    if (level === "pte") judgeUse(pointer, step.op === "load" ? "a read of the entry" : "a write of the entry", site);
  },

  onReturn: (value, site) => {
    judgeParameters(value, site);
    for (const map of site.facts.maps) {
      const handedOut = !map.certain || unmapsNothing(site) || map.by !== site.frame.fn.name || implementsContract(site) || escapes(map.pointer, value, site);
      site.judge({
        rule: "map-balance",
        outcome: handedOut ? "unknown" : "violated",
        what: "pte unmapped at return",
        group: `mapped in line ${map.at.line}`,
        message: handedOut ? "" : `${site.frame.fn.name}() returns without unmapping the pte mapped in line ${map.at.line}`,
        requires: ["pte_unmap() or pte_unmap_unlock() on every path"],
        certain: true,
      });
    }
  },

  onUnmap: (pointer, site) => {
    const { root } = sym.splitMove(pointer);
    const map = site.facts.maps.find((m) => m.pointer === root);
    if (map) {
      const past = map.pastUse && map.certain && mayHaveHighTables(site.frame.fn.file) && (pointer === `${root}+1` || pointer === `${root}+n` || pointer === `${root}+p`);
      site.judge({
        rule: "map-balance",
        outcome: past ? "violated" : map.certain ? "proved" : "unknown",
        what: "unmap through a pointer into the table",
        message: past ? `the pte mapped in line ${map.at.line} is unmapped through a cursor that may stand one past its table` : "",
        requires: ["the pointer that the map call returned, or one into the same table"],
        certain: true,
      });
      return;
    }
    judgeUnmapped(pointer, root, site);
  },
};

function judgeSet({ step, contract }: CallInfo, site: Site): void {
  if (!contract?.effects?.some((e) => e.do === "unmap")) return;
  const name = neverSetAt(step, site.frame.fn);
  if (name === null) return;
  site.judge({
    rule: "map-balance",
    outcome: "violated",
    what: "pointer set on every way to its unmap",
    message: `${step.callee}() is given ${name} where it is not zero, but a way leads here on which ${name} was never set`,
    group: `${name} never set`,
    requires: [`${name} set to NULL where it is declared`],
    ...(site.frame.fn.partial ? { assumed: [`the lines of the function that are not shown do not set ${name}`] } : {}),
  });
}

/** Ptes that a call reads or changes. */
function entriesTouched({ contract, arg }: CallInfo): string[] {
  return (contract?.effects ?? []).flatMap((effect) => ((effect.do === "read" || effect.do === "write") && effect.level === "pte" ? [arg(effect.entry)] : []));
}

/** A table may be freed, and in high memory is not there any more, once its pte is unmapped. */
function judgeUse(pointer: string, by: string, site: Site): void {
  const { root } = sym.splitMove(pointer);
  const before = site.facts.unmapped.get(root);
  if (before === undefined || sym.isUnstable(root) || unmapsNothing(site) || site.facts.maps.some((map) => map.pointer === root)) return;
  site.judge({
    rule: "map-balance",
    outcome: "violated",
    what: "no use of a pte after its unmap",
    message: `the pte unmapped in line ${before.line} is used by ${by}`,
    group: `unmapped in line ${before.line}`,
    requires: ["the last use before pte_unmap()"],
    certain: true,
  });
}

/** Before 6.6 pte_unmap() does nothing where no table lies in high memory. */
function unmapsNothing(site: Site): boolean {
  return inEra(site.rulebook.era, { until: "6.5" }) && !mayHaveHighTables(site.frame.fn.file);
}

/**
 * A helper that unmaps the pte it is given before it returns an error does so before every error: its caller can't tell
 * them apart. All its returns are collected; findings.ts compares them.
 */
function judgeParameters(value: string, site: Site): void {
  if (truthOf(value, site.facts) !== true) return;
  const { fn, id } = site.frame;
  for (const param of handedPtes(fn)) {
    const pointer = fn.params.includes(param) ? sym.parameter(id, param) : sym.initial(sym.variableAddress(id, param));
    const unmapped = site.facts.unmapped.has(pointer);
    site.judge({
      rule: "map-balance",
      outcome: unmapped ? "proved" : "unknown",
      what: `${param} unmapped at an error return`,
      message: "",
      unlike: `${fn.name}() returns an error here without unmapping ${param}, which it unmaps before its other errors`,
      certain: true,
    });
  }
}

/** Parameters that point to a pte; and where only hunks are known, names that are unmapped and declared nowhere in view. */
function handedPtes(fn: FunctionIr): string[] {
  const params = fn.params.filter((param) => fn.vars.get(param)?.type === "pte_t *");
  if (!fn.partial) return params;
  const unmapped = stepsOf(fn).flatMap((step) => (step.op === "call" && step.callee === "pte_unmap" && step.args[0]?.k === "var" ? [step.args[0].name] : []));
  return Array.from(new Set([...params, ...unmapped.filter((name) => fn.vars.get(name)?.type === "")]));
}

function judgeUnmapped(pointer: string, root: string, site: Site): void {
  const local = /^&\d+:/.test(pointer);
  const before = site.facts.unmapped.get(root);
  const twice = before !== undefined && !sym.isUnstable(root);
  if (!local && !twice) {
    site.judge({ rule: "map-balance", outcome: "unknown", what: "unmap through a pointer into the table", message: "" });
    return;
  }
  site.judge({
    rule: "map-balance",
    outcome: "violated",
    what: "unmap through a pointer into the table",
    message: local ? "pte_unmap() is given the address of a local variable, not the pointer of the mapping" : `the pte unmapped in line ${before!.line} is unmapped again`,
    requires: ["one unmap for each map"],
    certain: true,
  });
}

function escapes(pointer: string, value: string, site: Site): boolean {
  if (sym.splitMove(value).root === pointer) return true;
  for (const [address, held] of site.facts.memory) {
    if (sym.splitMove(held).root === pointer && !/^&\d+:[^.[]*$/.test(address) && !isFaultStructure(address, value, site)) return true;
  }
  return false;
}
