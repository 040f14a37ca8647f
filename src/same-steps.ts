/**
 * Whether a patch leaves what its functions do as it was: comments, white space, names of labels, order of declarations.
 * There is nothing to replay then: every interleaving of the one version is one of the other.
 */
import { functionsAt, functionsNamed, isWhole, mayMention, printStep, printTerminator, tablesWith } from "./c/index.ts";
import type { FunctionIr, UnitIr } from "./c/ir.ts";
import type { FunctionReport } from "./core/report.ts";
import type { Sides, Source } from "./check-images.ts";

/** What a patch leaves as it was. */
export interface SameSteps {
  /** All that was added or removed stands in functions that are known in full and take the same steps before and after. */
  readonly all: boolean;
  /** Neither the function of the file nor what it may call or be given as a callback takes other steps than before. */
  readonly of: (file: Sides<Source | null>, name: string) => boolean;
}

/** For the files of a patch, in slices. */
export function* comparingSteps(files: readonly Sides<Source | null>[]): Generator<void, SameSteps> {
  const changed = new Map<Sides<Source | null>, ReadonlySet<string> | null>();
  for (const file of files) changed.set(file, yield* otherSteps(file));
  // What another file can't call is changed by its own file alone.
  const apart = files.every((file) => isApart(file, changed.get(file)!));
  const mayDoOtherwise = new Map<Sides<Source | null>, readonly Names[]>();
  const others = (file: Sides<Source | null>): readonly Names[] => {
    const found = mayDoOtherwise.get(file) ?? [file.pre, file.post].map((source) => (source === null ? every : mayDo(source.unit, changed.get(file)!)));
    mayDoOtherwise.set(file, found);
    return found;
  };
  return {
    all: Array.from(changed.values()).every((names) => names?.size === 0),
    of: (file, name) => apart && others(file).every((names) => !names.has(name)),
  };
}

/** Names of the functions that take other steps than before; null where anything else was changed. */
function* otherSteps({ pre, post }: Sides<Source | null>): Generator<void, ReadonlySet<string> | null> {
  if (pre === null || post === null) return null;
  const names = new Set([...changedIn(pre), ...changedIn(post)]);
  const others = new Set<string>();
  for (const name of names) {
    yield;
    const [before, after] = [functionsNamed(pre.unit, name), functionsNamed(post.unit, name)];
    if (before.length === 0 || before.length !== after.length || ![...before, ...after].every(isWhole)) return null;
    if (!before.every((fn, i) => shapeOf(fn) === shapeOf(after[i]!))) others.add(name);
  }
  return others;
}

/** What takes other steps is called within its file alone, and by name. */
function isApart({ pre, post }: Sides<Source | null>, changed: ReadonlySet<string> | null): boolean {
  if (changed === null || pre === null || post === null) return false;
  return changed.size === 0 || (post.unit.file.endsWith(".c") && [pre, post].every(({ unit }) => [...changed].every((name) => functionsNamed(unit, name).every((fn) => fn.isStatic))));
}

type Names = Pick<ReadonlySet<string>, "has">;

const every: Names = { has: () => true };

/** The functions, and those that mention one of them, and so on; where one is called through a table of the file that may be any. */
function mayDo(unit: UnitIr, changed: ReadonlySet<string>): Names {
  const found = new Set(changed);
  for (const name of found) {
    if (tablesWith(unit, name).length > 0) return every;
    for (const fn of unit.index?.mentioning(name) ?? unit.functions) if (mayMention(fn, name)) found.add(fn.name);
  }
  return found;
}

/** Names of the functions that changed lines stand in; "" for a line in none. */
function changedIn({ image, unit }: Source): Set<string> {
  const lines = [...image.changed].filter((line) => image.lines[line - 1]?.trim() !== "");
  const nameAt = new Map<number, string>();
  for (const { line, endLine, name } of functionsAt(unit, image.changed)) {
    for (let at = line; at <= endLine; at++) if (image.changed.has(at) && !nameAt.has(at)) nameAt.set(at, name);
  }
  return new Set(lines.map((line) => nameAt.get(line) ?? ""));
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
