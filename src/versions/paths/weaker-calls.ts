/**
 * Calls that a patch puts another call in the place of, which does less: a read and a clear for one atomic exchange, a
 * lookup for an allocation, a barrier of another kind. The table is closed; each row names what the new call leaves out.
 */
import { namedCallsIn, successors } from "../../c/index.ts";
import type { CallStep, FunctionIr } from "../../c/ir.ts";
import { placeOf } from "../../check/ways.ts";
import type { RuleId } from "../../core/finding.ts";
import { type Change, loss } from "../change.ts";
import { newHelpers, type Pair, surplus } from "../pair.ts";
import { argumentTexts, changedCalls } from "./call-pairs.ts";
import { areRelated, namesIn } from "./names.ts";
import { testsOf } from "./tests.ts";

interface Weaker {
  readonly rule: RuleId;
  readonly strong: RegExp;
  readonly weak: RegExp;
  /** The argument (from the front) that both are handed; null where there is none. */
  readonly same: readonly [strong: number, weak: number] | null;
  readonly leavesOut: string;
  /** Another call that does the rest: it came with the patch, or is on every way from here to a return. */
  readonly unless?: RegExp;
}

/** Documentation/memory-barriers.txt; include/linux/pgtable.h (ptep_get_and_clear(), ptep_modify_prot_start()), include/linux/mm.h (pmd_alloc()); lockdep's nesting, include/linux/spinlock.h. */
const table: readonly Weaker[] = [
  { rule: "lock-order", strong: /^spin_lock_nested$/, weak: /^spin_lock$/, same: [0, 0], leavesOut: "does not say that the lock nests in another of its class" },
  { rule: "publish-order", strong: /^smp_(?:wmb|mb)$/, weak: /^(?:smp_rmb|barrier)$/, same: null, leavesOut: "orders no stores of this CPU for others" },
  { rule: "lockless-read", strong: /^smp_rmb$/, weak: /^(?:smp_wmb|barrier)$/, same: null, leavesOut: "orders no loads of this CPU" },
  { rule: "stale-read", strong: /^ptep_get_and_clear(?:_full)?$/, weak: /^pte_clear$/, same: [2, 2], leavesOut: "clears the entry in a second step, and what the CPU or another one writes in between is lost" },
  { rule: "stale-read", strong: /^pmdp_huge_get_and_clear(?:_full)?$/, weak: /^pmd_clear$/, same: [2, 0], leavesOut: "clears the entry in a second step, and what the CPU or another one writes in between is lost" },
  { rule: "stale-read", strong: /^(?:huge_)?ptep_modify_prot_start$/, weak: /^(?:huge_)?ptep_get$/, same: [2, 0], leavesOut: "leaves the entry in place while its new value is made, and what the CPU writes meanwhile is lost" },
  { rule: "entry-kind", strong: /^p[mu4]d_alloc$/, weak: /^p[mu4]d_offset$/, same: [1, 0], leavesOut: "makes no table where there is none" },
  { rule: "entry-kind", strong: /^pte_alloc_map(?:_lock)?$/, weak: /^pte_offset_(?:map|kernel)(?:_lock)?$/, same: [1, 0], leavesOut: "makes no table where there is none" },
  { rule: "tlb-flush", strong: /^flush_\w*tlb_range$/, weak: /^flush_tlb_page$/, same: [1, 1], leavesOut: "flushes one page of the range" },
  { rule: "map-balance", strong: /^pte_unmap_unlock$/, weak: /^spin_unlock$/, same: [1, 0], leavesOut: "does not unmap the pte", unless: /^pte_unmap$/ },
];

export function weakerCalls(pair: Pair): Change[] {
  if (newHelpers(pair).size > 0) return [];
  const { from, to } = changedCalls(pair);
  return table.flatMap((row): Change[] => {
    const of = (calls: readonly CallStep[], name: RegExp): CallStep[] => calls.filter(({ callee }) => name.test(callee!));
    const gone = of(from, row.strong);
    // One that went from here and stands there now was moved.
    if (gone.length === 0 || (row.unless !== undefined && of(to, row.unless).length > 0) || of(namedCallsIn(pair.to.fn), row.strong).length >= of(namedCallsIn(pair.from.fn), row.strong).length) return [];
    const found = of(to, row.weak).flatMap((come) => {
      const strong = gone.find((one) => row.same === null || argumentTexts(one.text)[row.same[0]] === argumentTexts(come.text)[row.same[1]]);
      return strong === undefined || isTestedAnew(come, pair) || (row.unless !== undefined && isFollowed(come, row.unless, pair.to.fn)) ? [] : [{ strong, come }];
    });
    return found.slice(0, 1).map(({ strong, come }) => loss(row.rule, come.loc, `${strong.callee}()`, `${come.text} stands where ${strong.text} stood before the patch: it ${row.leavesOut}`, false));
  });
}

/** A new test of what the call is handed, as of the table that is only looked up now. */
function isTestedAnew(call: CallStep, { from, to }: Pair): boolean {
  const names = Array.from(namesIn(call.text));
  return surplus(testsOf(to.fn).tests, testsOf(from.fn).tests, ({ key }) => key).some((test) => Array.from(test.names).some((one) => names.some((name) => areRelated(one, name))));
}

/** Every way from the call to a return comes to one of such a name: the rest is done at a label that others come to as well. */
function isFollowed(call: CallStep, name: RegExp, fn: FunctionIr): boolean {
  const start = placeOf(call, fn);
  if (start === null) return false;
  const ways = [start.block];
  const seen = new Set<number>();
  for (const id of ways) {
    const { steps, end } = fn.blocks[id]!;
    const rest = id === start.block && !seen.has(id) ? steps.slice(start.place + 1) : steps;
    seen.add(id);
    if (rest.some((step) => step.op === "call" && step.callee !== null && name.test(step.callee))) continue;
    if (end.k === "return") return false;
    ways.push(...successors(end).filter((next) => !seen.has(next)));
  }
  return true;
}
