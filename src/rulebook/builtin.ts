/** The built-in rule data, compiled from rules/ into one JSON file at build time, and the C texts beside it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../util/package-root.ts";
import type { RuleData } from "./schema.ts";

/** One C file of rules/models or rules/actors. `path` is relative to the package, with "/". */
export interface RuleText {
  readonly path: string;
  readonly text: string;
}

export interface CompiledRules extends RuleData {
  readonly models: readonly RuleText[];
  readonly actors: readonly RuleText[];
}

let loaded: CompiledRules | undefined;

/** Throws when the package has not been built. */
export function builtinRules(): CompiledRules {
  loaded ??= JSON.parse(readFileSync(join(packageRoot(), "dist", "rules.json"), "utf8")) as CompiledRules;
  return loaded;
}
