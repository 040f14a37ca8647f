/**
 * User rule packs, laid over the built-in rules: typed literals as in rules/contracts (.ts), and actors and models as C
 * (.c). Both are read as data; the C is run by the simulator alone.
 */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { InputError, UsageError } from "../core/errors.ts";
import type { CompiledRules, RuleText } from "./builtin.ts";
import type { Literal } from "./read-literals.ts";

/** Characters of a C file. */
const largestC = 1024 * 1024;

/** The rules with the packs' contracts after the built-in ones, so that a pack's word holds. Throws UsageError for what is not data, InputError for what cannot be read. */
export async function withPacks(rules: CompiledRules, paths: readonly string[], cwd: string): Promise<CompiledRules> {
  let merged = rules;
  for (const path of paths) merged = path.endsWith(".c") ? withC(merged, path, readPack(path, cwd)) : await withLiterals(merged, path, readPack(path, cwd));
  return merged;
}

async function withLiterals(rules: CompiledRules, path: string, text: string): Promise<CompiledRules> {
  const { Places, readLiterals } = await import("./read-literals.ts");
  const { checkPack } = await import("./check-pack.ts");
  const places = new Places();
  const values = readLiterals(path, text, places);
  checkPack(path, values, places);
  const known = rules as unknown as Readonly<Record<string, readonly Literal[]>>;
  const parts = Array.from(values, ([name, value]) => [name, [...(known[name] ?? []), ...(value as Literal[])]] as const);
  // checkPack() has held every name and the shape of every entry against schema.ts.
  return { ...rules, ...Object.fromEntries(parts) } as unknown as CompiledRules;
}

/** A file whose comments name an actor or operation holds actors; any other holds models of functions. */
function withC(rules: CompiledRules, path: string, text: string): CompiledRules {
  const source: RuleText = { path, text };
  if (text.length > largestC) throw new UsageError(`${path}: larger than a file of actors or models needs to be`);
  return isActors(text) ? { ...rules, actors: [...rules.actors, source] } : { ...rules, models: [...rules.models, source] };
}

function isActors(text: string): boolean {
  return text.split("\n").some((line) => /^[ \t]*(?:\/?\*{1,2} *)?(?:actors?|operation): /.test(line));
}

function readPack(path: string, cwd: string): string {
  try {
    return readFileSync(resolve(cwd, path), "utf8");
  } catch (error) {
    throw new InputError(path, `cannot read the rule pack ${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
