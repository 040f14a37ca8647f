/** rules/ -> one object. Built-in rules pass the same reader as user packs, so whatever works here works there. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { CompiledRules, RuleText } from "./builtin.ts";
import { readLiterals, type Literal } from "./read-literals.ts";

/** Reads the folder `rules`; throws UsageError naming the place of anything that is not data. */
export function compileRules(rules: string): CompiledRules {
  const contractFiles = filesIn(join(rules, "contracts"), ".ts").filter((name) => !name.endsWith(".test.ts"));
  const contracts = contractFiles.flatMap((name) => exported(rules, `contracts/${name}`, "contracts"));
  const compiled = {
    contracts,
    fieldTypes: exported(rules, "field-types.ts", "fieldTypes"),
    contexts: exported(rules, "callbacks.ts", "contexts"),
    lockNames: exported(rules, "wording.ts", "lockNames"),
    wordings: exported(rules, "wording.ts", "wordings"),
    lockOrders: exported(rules, "lock-order.ts", "lockOrders"),
    sleepers: exported(rules, "sleepers.ts", "sleepers"),
    catalogue: exported(rules, "catalogue.ts", "catalogue"),
    eras: exported(rules, "eras.ts", "eras"),
    eraMarkers: exported(rules, "eras.ts", "eraMarkers"),
    models: textsIn(rules, "models"),
    actors: textsIn(rules, "actors"),
  };
  // The literals are typed against schema.ts where they are written; tsc has checked what is cast here.
  return compiled as unknown as CompiledRules;
}

function filesIn(folder: string, ending: string): string[] {
  return readdirSync(folder).filter((name) => name.endsWith(ending)).toSorted();
}

function textsIn(rules: string, folder: string): RuleText[] {
  return filesIn(join(rules, folder), ".c").map((name) => ({
    path: `rules/${folder}/${name}`,
    text: readFileSync(join(rules, folder, name), "utf8"),
  }));
}

function exported(rules: string, name: string, constant: string): Literal[] {
  const value = readLiterals(`rules/${name}`, readFileSync(join(rules, name), "utf8")).get(constant);
  if (!Array.isArray(value)) throw new Error(`rules/${name} does not export an array named ${constant}`);
  return value;
}
