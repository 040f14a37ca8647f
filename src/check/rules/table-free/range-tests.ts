/**
 * Whether a range covers a whole table is not told by the difference of its rounded ends: for a range inside one table the
 * start rounds up beyond where the end rounds down, and the unsigned difference is huge (mm/memory.c of 6.14 tests
 * `end - start >= PMD_SIZE` and looks whether the table is empty).
 */
import type { BinaryOp, Expr } from "../../../c/ir.ts";
import type { Site } from "../../model.ts";

const tableSizes: ReadonlySet<string> = new Set(["PMD_SIZE", "HPAGE_PMD_SIZE", "PUD_SIZE", "HPAGE_PUD_SIZE", "P4D_SIZE", "PGDIR_SIZE"]);
const down: ReadonlySet<string> = new Set(["ALIGN_DOWN", "round_down", "rounddown"]);
const up: ReadonlySet<string> = new Set(["ALIGN", "round_up", "roundup"]);
const comparisons: ReadonlySet<BinaryOp> = new Set<BinaryOp>(["<", ">=", ">", "<="]);

export function judgeRangeTest(cond: Expr, value: (expr: Expr) => string, site: Site): void {
  if (cond.k !== "binary" || !comparisons.has(cond.op)) return;
  const [covered, size] = cond.op === "<" || cond.op === ">=" ? [cond.left, cond.right] : [cond.right, cond.left];
  if (size.k !== "global" || !tableSizes.has(size.name) || covered.k !== "binary" || covered.op !== "-") return;
  const rounds = (expr: Expr, by: ReadonlySet<string>): boolean => isRounded(value(expr), by, size.name, site);
  if (!rounds(covered.left, down) || !rounds(covered.right, up)) return;
  site.judge({
    rule: "table-free",
    outcome: "violated",
    what: `range covers a table of ${size.name}`,
    message: `the test whether the range covers a whole table (${size.name}) wraps for a range that lies inside one table: its start rounds up beyond its end, and the unsigned difference is taken for a large range`,
    requires: ["a test that the rounded start lies below the rounded end"],
    group: `range of ${size.name}`,
  });
}

/** The result of a rounding to this unit: macros in capitals go by their text (transfer.ts), others by the step. */
function isRounded(symbol: string, by: ReadonlySet<string>, unit: string, site: Site): boolean {
  const macro = /^\(([A-Z_]+)\(.*,g:([A-Z0-9_]+)\)\)$/s.exec(symbol);
  if (macro) return by.has(macro[1]!) && macro[2] === unit;
  const call = site.callOf(symbol);
  const to = call?.step.args[1];
  return call !== null && by.has(call.step.callee ?? "") && to?.k === "global" && to.name === unit;
}
