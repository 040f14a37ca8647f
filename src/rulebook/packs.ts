/** User rule packs: the same typed literals as rules/, read as data and laid over the built-in rules. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { InputError } from "../core/errors.ts";
import type { CompiledRules } from "./builtin.ts";
import type { Literal } from "./read-literals.ts";

const parts = ["contracts", "fieldTypes", "contexts", "sleepers", "lockOrders", "catalogue"] as const;

/** The rules with the packs' contracts after the built-in ones, so that a pack's word holds. Throws UsageError for what is not data, InputError for what cannot be read. */
export async function withPacks(rules: CompiledRules, paths: readonly string[], cwd: string): Promise<CompiledRules> {
  if (paths.length === 0) return rules;
  const { readLiterals } = await import("./read-literals.ts");
  const { checkPack } = await import("./check-pack.ts");
  const merged: Record<string, unknown> = { ...rules };
  for (const path of paths) {
    const values = readLiterals(path, readPack(path, cwd));
    checkPack(path, values);
    for (const part of parts) merged[part] = [...(merged[part] as Literal[]), ...((values.get(part) as Literal[] | undefined) ?? [])];
  }
  // checkPack() has held the shape of every entry against schema.ts.
  return merged as unknown as CompiledRules;
}

function readPack(path: string, cwd: string): string {
  try {
    return readFileSync(resolve(cwd, path), "utf8");
  } catch (error) {
    throw new InputError(path, `cannot read the rule pack ${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
