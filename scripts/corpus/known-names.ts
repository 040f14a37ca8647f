/** The names that some contract of some kernel speaks of. */
import { join } from "node:path";
import { compileRules } from "../../src/rulebook/compile.ts";
import { packageRoot } from "../../src/util/package-root.ts";

let names: ReadonlySet<string> | null = null;

export function hasContract(callee: string): boolean {
  names ??= new Set(compileRules(join(packageRoot(), "rules")).contracts.flatMap((contract) => [contract.name, ...(contract.aliases ?? [])]));
  return names.has(callee);
}
