/**
 * Whether a patch leaves what its functions do as it was: comments, white space, names of labels, order of declarations.
 * There is nothing to replay then: every interleaving of the one version is one of the other.
 */
import { functionsAt, functionsNamed, printStep, printTerminator } from "./c/index.ts";
import type { FunctionIr } from "./c/ir.ts";
import type { FunctionReport } from "./core/report.ts";
import type { Sides, Source } from "./check-images.ts";

/** True only where all that was added or removed stands in functions that are known in full and take the same steps before and after. */
export function takesSameSteps({ pre, post }: Sides<Source | null>): boolean {
  if (pre === null || post === null) return false;
  const names = new Set([...changedIn(pre), ...changedIn(post)]);
  return [...names].every((name) => {
    const [before, after] = [pre, post].map(({ unit }) => functionsNamed(unit, name));
    return before!.length > 0 && before!.length === after!.length && [...before!, ...after!].every(isWhole) && before!.every((fn, i) => shapeOf(fn) === shapeOf(after![i]!));
  });
}

/** Names of the functions that changed lines stand in; "" for a line in none. */
function changedIn({ image, unit }: Source): Set<string> {
  const lines = [...image.changed].filter((line) => image.lines[line - 1]?.trim() !== "");
  const touched = functionsAt(unit, image.changed);
  return new Set(lines.map((line) => touched.find((fn) => line >= fn.line && line <= fn.endLine)?.name ?? ""));
}

function isWhole(fn: FunctionIr): boolean {
  return !fn.partial && fn.headKnown && fn.unreadable.length === 0;
}

/** All that a step may depend on, without the lines where it stands. */
function shapeOf(fn: FunctionIr): string {
  const head = [fn.isStatic, fn.returnType, ...fn.params, ...fn.attributes].join(" ");
  const variables = [...fn.vars.values()].map(({ name, type, kind, addressTaken }) => `${name} ${type} ${kind} ${addressTaken}`);
  const blocks = fn.blocks.flatMap(({ id, loopHead, steps, end }) => [`${id} ${loopHead}`, ...steps.map(printStep), printTerminator(end)]);
  return [head, ...variables, ...blocks].join("\n");
}

/** What the report says of the functions in place of a replay. */
export function withSameSteps(functions: readonly FunctionReport[]): FunctionReport[] {
  return functions.map((fn) => (fn.coverage === "skipped" ? fn : { ...fn, proofs: [...fn.proofs, { rule: "replay", line: fn.line, text: "takes the same steps before and after the patch" }] }));
}
