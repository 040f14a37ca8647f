/**
 * entry-kind of entries that lead to a page which the CPU cannot use: device-private (the page is in device memory) and
 * device-exclusive (the page is in system memory, mapped for one process until a fault takes it back).
 *
 * - The one is not made of the other: a folio in device memory is never mapped exclusively (mm/rmap.c,
 *   make_device_exclusive()).
 * - A device-exclusive entry is made present again before it is copied to another process (mm/memory.c,
 *   copy_nonpresent_pte()).
 * - What kind an entry is, the entry tells and not the folio behind it: a migration entry may lead to a folio in device
 *   memory too, and has no rmap to remove (mm/migrate_device.c, migrate_vma_collect_pmd()).
 */
import { stepsOf, successors } from "../../../c/index.ts";
import type { CallStep, FunctionIr } from "../../../c/ir.ts";
import { foundByValue } from "../../freed-behind.ts";
import { kindSet } from "../../kinds.ts";
import type { CallInfo, Site } from "../../model.ts";
import { isAskedDevicePrivate } from "../../call-info.ts";

const rmap = { file: "mm/migrate_device.c", where: "migrate_vma_collect_pmd()", version: "6.12" } as const;
const exclusive = { file: "mm/rmap.c", where: "page_make_device_exclusive_one()", version: "6.12" } as const;
const copied = { file: "mm/memory.c", where: "copy_nonpresent_pte()", version: "6.12" } as const;

export function judgeDeviceEntries(call: CallInfo, site: Site): void {
  const callee = call.step.callee ?? "";
  if (/^make_(?:\w+_)?device_exclusive_entry$/.test(callee)) judgeMade(call, site);
  if (/^(?:folio_remove_rmap_(?:pte|ptes|pmd)|page_remove_rmap)$/.test(callee)) judgeRmapByFolio(call, site);
  if (/^is_(?:writable_)?device_exclusive_entry$/.test(callee)) judgeCopied(call, site);
}

function judgeMade(call: CallInfo, site: Site): void {
  // A page that the caller hands in need not be that of the entry.
  const page = site.callOf(call.args[0] ?? "")?.args[0] ?? "";
  const privateOnly = Array.from(site.facts.values.values()).some((fact) => fact.kinds === kindSet(["device-private"]));
  if (!privateOnly || page.startsWith("$")) return;
  site.judge({
    rule: "entry-kind",
    outcome: "violated",
    what: `${call.step.callee}: not of a device-private entry`,
    message: `${call.step.callee}() makes a device-exclusive entry where the entry is known to be device-private: whoever meets it takes the page for one in system memory`,
    requires: ["make_writable_device_private_entry() or make_readable_device_private_entry()"],
    references: [exclusive],
  });
}

/** The author has asked what the folio is, and the value that it was found by may still be a migration entry. */
function judgeRmapByFolio(call: CallInfo, site: Site): void {
  const folio = call.args[0] ?? "";
  const value = foundByValue(folio, site.facts);
  if (value === undefined || !isAskedDevicePrivate(folio, site.facts)) return;
  const kinds = site.facts.values.get(value)?.kinds ?? kindSet(["migration", "device-private"]);
  const wrong = (kinds & kindSet(["migration"])) !== 0 && (kinds & kindSet(["leaf", "devmap"])) === 0;
  site.judge({
    rule: "entry-kind",
    outcome: wrong ? "violated" : "proved",
    what: `${call.step.callee}: rmap of an entry that has one`,
    message: wrong ? `${call.step.callee}() removes the rmap of an entry that is not present because its folio is in device memory, but a migration entry may lead to such a folio too, and has no rmap left: the entry tells, by is_device_private_entry()` : "",
    requires: ["a test of the entry, not of the folio"],
    references: [rmap],
  });
}

/** From the branch for such entries a store for another process is reached. */
function judgeCopied(call: CallInfo, site: Site): void {
  const { fn } = site.frame;
  const stores = stepsOf(fn).flatMap((step) => (step.op === "call" && isStore(step) ? [step] : []));
  if (new Set(stores.map(processOf)).size < 2) return;
  const target = reached(call.step, fn);
  if (target === null) return;
  site.judge({
    rule: "entry-kind",
    outcome: "violated",
    what: "device-exclusive entry restored before it is copied",
    message: `the device-exclusive entry found here goes to another process in line ${target.loc.line}: the page is present and may be pinned, so the entry has to be made present again and copied like one`,
    group: "device-exclusive entry copied",
    requires: ["restore_exclusive_pte() before the copy"],
    references: [copied],
  });
}

function isStore(step: CallStep): boolean {
  return step.callee === "set_pte_at" && step.args[0]?.k === "var" && step.args[0].name.endsWith("mm");
}

function processOf(step: CallStep): string {
  const [mm] = step.args;
  return mm?.k === "var" ? mm.name : "";
}

/** The store for another process (dst_mm) on a way from where the test came out true, without a return or a restore before. */
function reached(test: CallStep, fn: FunctionIr): CallStep | null {
  const from = fn.blocks.find((block) => block.steps.includes(test));
  if (from?.end.k !== "branch" || from.end.cond.k !== "var" || from.end.cond.name !== test.dst) return null;
  const seen = new Set<number>();
  const pending = [from.end.yes];
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    if (seen.has(at)) continue;
    seen.add(at);
    const block = fn.blocks[at]!;
    const stop = block.steps.findIndex((step) => step.op === "gap" || (step.op === "call" && /restore_exclusive/.test(step.callee ?? "")));
    const steps = stop < 0 ? block.steps : block.steps.slice(0, stop);
    const store = steps.find((step): step is CallStep => step.op === "call" && isStore(step) && /^(?:dst|new|child)/.test(processOf(step)));
    if (store) return store;
    if (stop < 0) pending.push(...successors(block.end));
  }
  return null;
}
