/** What `npm pack` packs, put into an empty folder beside its dependencies: it has all it needs and nothing of the tests. */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "..");
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string; dependencies: Record<string, string>; optionalDependencies: Record<string, string>; bin: Record<string, string> };
let folder = "";
let installed = "";

/** Packages that these need, themselves included, as the project's own tree has them. */
function closure(names: readonly string[], found: Set<string> = new Set()): Set<string> {
  for (const name of names) {
    const path = join(root, "node_modules", name, "package.json");
    if (found.has(name) || !existsSync(path)) continue;
    found.add(name);
    const { dependencies = {}, optionalDependencies = {} } = JSON.parse(readFileSync(path, "utf8")) as { dependencies?: object; optionalDependencies?: object };
    closure([...Object.keys(dependencies), ...Object.keys(optionalDependencies)], found);
  }
  return found;
}

// Done offline: what npm would fetch is linked, and only that.
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "mmreview-package-"));
  const packed = join(folder, "packed");
  mkdirSync(packed);
  execFileSync("npm", ["pack", "--ignore-scripts", "--silent", "--offline", "--pack-destination", packed], { cwd: root, stdio: ["ignore", "ignore", "pipe"] });
  installed = join(folder, "node_modules/mmreview");
  mkdirSync(installed, { recursive: true });
  execFileSync("tar", ["-xzf", join(packed, `mmreview-${manifest.version}.tgz`), "-C", installed, "--strip-components=1"]);
  for (const name of closure([...Object.keys(manifest.dependencies), ...Object.keys(manifest.optionalDependencies)])) {
    mkdirSync(dirname(join(folder, "node_modules", name)), { recursive: true });
    symlinkSync(join(root, "node_modules", name), join(folder, "node_modules", name));
  }
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function mmreview(...words: readonly string[]): { status: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(installed, manifest.bin["mmreview"]!), ...words], { cwd: folder, encoding: "utf8", env: { PATH: process.env["PATH"], HOME: folder } });
  return { status, stdout, stderr };
}

describe("the package", () => {
  it("holds what its parts look for, and no test", () => {
    expect(readdirSync(installed).toSorted()).toEqual(["CHANGELOG.md", "LICENSE", "README.md", "SECURITY.md", "bin", "dist", "docs", "package.json", "rules", "schemas"]);
    const files = readdirSync(installed, { recursive: true, encoding: "utf8" });
    expect(files.filter((name) => /\.test\.(?:js|d\.ts)$/.test(name))).toEqual([]);
    expect(files).toEqual(expect.arrayContaining(["dist/rules.json", "dist/rulebook/schema.d.ts", "docs/mmreview.1", "docs/ci/github/run-mmreview.sh", "schemas/config-1.json", "schemas/baseline-1.json"]));
  });

  it("says who it is", () => {
    expect(mmreview("--version")).toEqual({ status: 0, stdout: `mmreview ${manifest.version}\n`, stderr: "" });
    expect(mmreview("--help").status).toBe(0);
  });

  it("reviews, in every format of its own run", () => {
    writeFileSync(join(folder, "mbox"), readFileSync(join(root, "fixtures/mail/prefill-v1.mbox")));
    const { status, stdout, stderr } = mmreview("--also", "html=r.html", "--also", "sarif=r.sarif", "mbox");
    expect({ status, stderr }).toEqual({ status: 1, stderr: "" });
    expect(stdout).toContain("[map-failure]");
    expect(readFileSync(join(folder, "r.html"), "utf8")).toContain("</html>");
    const { runs } = JSON.parse(readFileSync(join(folder, "r.sarif"), "utf8")) as { runs: { tool: { driver: { rules: { fullDescription: unknown }[] } } }[] };
    expect(runs[0]!.tool.driver.rules[0]!.fullDescription).toBeDefined();
  });

  it("replays, reads rule packs, decides litmus tests, runs scenarios and explains its rules", () => {
    expect(mmreview(join(root, "fixtures/mail/lazyfill.eml")).stdout).toContain("CPU0");
    writeFileSync(join(folder, "bad.ts"), 'export const contracts = [{ nam: "f" }];');
    expect(mmreview("rules", "check", "bad.ts")).toMatchObject({ status: 2, stdout: expect.stringContaining("bad.ts:1:29: error: contracts[0]: unknown word nam: did you mean name?") as string });
    expect(mmreview("sim", join(root, "fixtures/scenarios/pmd-populate.c")).stderr).toBe("");
    expect(mmreview("rules", "show", "stale-read").stdout).toMatch(/^stale-read: /);
    const litmus = readdirSync(join(root, "fixtures/litmus"), { recursive: true, encoding: "utf8" }).find((name) => name.endsWith(".litmus"))!;
    expect(mmreview("litmus", join(root, "fixtures/litmus", litmus)).status).toBe(0);
  });
});
