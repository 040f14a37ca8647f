/** The rulebook stage: rules as data. */
export { builtFile } from "./built-file.ts";
export { builtinRules, type CompiledRules } from "./builtin.ts";
export { functionsOf } from "./lowered.ts";
export { withPacks } from "./packs.ts";
export { type Rulebook, rulebookFor } from "./rulebook.ts";
