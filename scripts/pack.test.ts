/** What goes into the package, and that it comes out the same twice. */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { compileRules } from "../src/rulebook/compile.ts";
import { bundled } from "./bundle.ts";
import { billOfMaterials } from "./sbom.ts";

const root = join(import.meta.dirname, "..");
const built = existsSync(join(root, "dist/start.cjs"));

interface Packed {
  readonly unpackedSize: number;
  readonly files: readonly { readonly path: string; readonly size: number }[];
}

describe.skipIf(!built)("npm pack", () => {
  const { stdout } = spawnSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], { cwd: root, encoding: "utf8" });
  const [packed] = (stdout === "" ? [] : JSON.parse(stdout)) as readonly Packed[];
  const paths = (packed?.files ?? []).map((file) => file.path);

  it("holds what is needed to run, to read and to trust it", () => {
    const needed = ["bin/mmreview.js", "bin/package.json", "dist/start.cjs", "dist/index.js", "dist/index.d.ts", "dist/rules.json", "dist/sbom.cdx.json", "LICENSE", "README.md", "CHANGELOG.md", "SECURITY.md", "docs/mmreview.1", "schemas/report-1.json"];
    expect(needed.filter((path) => !paths.includes(path))).toEqual([]);
    expect(paths.some((path) => /^dist\/mmreview-[0-9a-f]{12}\.cjs$/.test(path))).toBe(true);
  });

  it("holds no tests, no fixtures, nothing of one machine, and is not large", () => {
    expect(paths.filter((path) => /\.test\.|^fixtures\/|^scripts\/|^src\/|\.cache$|\.tgz$/.test(path))).toEqual([]);
    expect(packed!.files.filter((file) => file.size > 2_000_000)).toEqual([]);
    expect(packed!.unpackedSize).toBeLessThan(8_000_000);
  });
});

describe("two builds", () => {
  it("agree byte for byte", async () => {
    expect(await bundled(root)).toBe(await bundled(root));
    const rules = join(root, "rules");
    expect(JSON.stringify(compileRules(rules))).toBe(JSON.stringify(compileRules(rules)));
    expect(billOfMaterials(root)).toBe(billOfMaterials(root));
  });
});

describe("the bill of materials", () => {
  it("names each package that is installed with its version and licence", () => {
    const { components } = JSON.parse(billOfMaterials(root)) as { readonly components: readonly { readonly name: string; readonly version: string; readonly licenses?: unknown }[] };
    const { dependencies, optionalDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Readonly<Record<string, Readonly<Record<string, string>>>>;
    for (const [name, version] of Object.entries({ ...dependencies, ...optionalDependencies })) expect(components).toContainEqual(expect.objectContaining({ name, version }));
    expect(components.filter((one) => one.licenses === undefined)).toEqual([]);
  });
});
