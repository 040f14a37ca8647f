/**
 * Fills the README's recorded runs: `<!-- tour: COMMAND -->` is followed by what COMMAND prints, in a code block, or as it
 * is after `<!-- tour as it is: COMMAND -->`. `--check` fails when stale. What needs a program that is not installed stays.
 */
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../src/util/package-root.ts";

const readme = join(packageRoot(), "README.md");

/** The README with its recorded runs made anew. The build must be there. */
export function recordTour(text: string): string {
  return text.replaceAll(/(<!-- tour( as it is)?: (.*) -->\n)([\s\S]*?)(<!-- \/tour -->)/g, (_all, head: string, bare: string | undefined, command: string, old: string, tail: string) => {
    const printed = run(command);
    if (printed === null) return `${head}${old}${tail}`;
    return bare === undefined ? `${head}\`\`\`\n${printed}\`\`\`\n${tail}` : `${head}\n${printed}\n${tail}`;
  });
}

/** Exit code 1 means findings, which is what the tour shows; 77 that something is not installed. */
function run(command: string): string | null {
  const env = { PATH: process.env["PATH"] ?? "", NODE: process.execPath };
  const { status, stdout, stderr } = spawnSync("sh", ["-c", command], { cwd: packageRoot(), encoding: "utf8", env });
  if (status === 77) return null;
  if (status !== 0 && status !== 1) throw new Error(`${command}: ${stderr}`);
  return stdout;
}

if (process.argv[1]?.endsWith("tour.ts")) {
  const before = readFileSync(readme, "utf8");
  const after = recordTour(before);
  if (process.argv.includes("--check") && before !== after) {
    console.error("README.md is stale: run `npm run docs`");
    process.exitCode = 1;
  } else writeFileSync(readme, after);
}
