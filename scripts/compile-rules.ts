/** Build step after tsc: rules/ -> dist/rules.json, then the bundle, which needs the rules to warm up. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { compileRules } from "../src/rulebook/compile.ts";
import { packageRoot } from "../src/util/package-root.ts";
import { bundle } from "./bundle.ts";

const root = packageRoot();
const rules = compileRules(join(root, "rules"));
mkdirSync(join(root, "dist"), { recursive: true });
writeFileSync(join(root, "dist", "rules.json"), `${JSON.stringify(rules)}\n`);
console.log(`rules: ${rules.contracts.length} contracts, ${rules.models.length} models, ${rules.actors.length} actors`);
await bundle(root);
