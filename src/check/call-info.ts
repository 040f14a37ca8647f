/** A call as it happens on a path: its contract, the symbols of what it is given, and that of what it gives. */
import type { CallStep } from "../c/ir.ts";
import { contentOf, evaluate } from "./evaluate.ts";
import type { Facts } from "./facts.ts";
import { lockOfRef } from "./locks.ts";
import type { CallInfo, Site } from "./model.ts";
import * as sym from "./symbols.ts";
import type { StepPlace } from "./ways.ts";

/** Macros and tests of a VMA's or folio's kind: asked twice of the same things, they answer the same. */
const asksTheSame = /^(?:[A-Z][A-Z0-9_]*|PageHuge|folio_test_hugetlb|is_vm_hugetlb_page|vma_is_\w+|is_cow_mapping|folio_is_device_private|is_device_private_page)$/;

/** Whether a path knows the folio or page to be in device memory because it has asked for it. */
export function isAskedDevicePrivate(folio: string, { truths }: Facts): boolean {
  return ["folio_is_device_private", "is_device_private_page"].some((question) => truths.get(sym.expression("", [`${question}(${folio})`])) === true);
}

/** The call with its contract, as rules and effects see it. */
export function callInfo(step: CallStep, at: StepPlace, site: Site, remembered?: readonly string[]): CallInfo {
  const { facts, frame, rulebook } = site;
  const contract = step.callee === null ? null : (rulebook.contract(step.callee) ?? null);
  const args = remembered ?? step.args.map((arg) => evaluate(arg, facts, frame));
  const plain = sym.stepResult(frame.id, at.block, at.place);
  const arg = (name: string): string => {
    if (name === "return") return plain;
    if (name.startsWith("*")) return contentOf(arg(name.slice(1)), facts);
    const [param, ...path] = name.split(".");
    const base = args[contract?.params.indexOf(param!) ?? -1] ?? sym.initial(`?${name}`);
    return path.reduce((value, part) => contentOf(sym.field(value, part), facts), base);
  };
  const info: CallInfo = { step, contract, args, result: plain, arg };
  if (contract === null && asksTheSame.test(step.callee ?? "") && !args.some(sym.isUnstable)) {
    return { ...info, result: sym.expression("", [`${step.callee}(${args.join()})`]) };
  }
  if (contract?.returns?.is !== undefined) {
    const same = arg(contract.returns.is);
    return { ...info, result: same, arg: (name) => (name === "return" ? same : arg(name)) };
  }
  const given = contract?.effects?.find((e) => e.do === "give-lock" && e.to === "return");
  if (given?.do !== "give-lock") return info;
  const lock = lockOfRef(given.lock, info).id;
  return { ...info, result: lock, arg: (name) => (name === "return" ? lock : arg(name)) };
}
