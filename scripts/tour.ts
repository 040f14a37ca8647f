/** Fills the README's recorded runs: `<!-- tour: COMMAND -->` is followed by what COMMAND prints. `--check` fails when stale. */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../src/util/package-root.ts";

const readme = join(packageRoot(), "README.md");

/** The README with its recorded runs made anew. The build must be there. */
export function recordTour(text: string): string {
  return text.replaceAll(/(<!-- tour: node (.*) -->\n)[\s\S]*?(<!-- \/tour -->)/g, (_all, head: string, command: string, tail: string) => `${head}\`\`\`\n${run(command.split(" "))}\`\`\`\n${tail}`);
}

function run(args: readonly string[]): string {
  try {
    return execFileSync(process.execPath, args, { cwd: packageRoot(), encoding: "utf8", env: { PATH: process.env["PATH"] ?? "" } });
  } catch (error) {
    // Exit code 1 means findings, which is what the tour shows.
    const { status, stdout } = error as { readonly status?: number; readonly stdout?: string };
    if (status !== 1 || stdout === undefined) throw error;
    return stdout;
  }
}

if (process.argv[1]?.endsWith("tour.ts")) {
  const before = readFileSync(readme, "utf8");
  const after = recordTour(before);
  if (process.argv.includes("--check") && before !== after) {
    console.error("README.md is stale: run `npm run docs`");
    process.exitCode = 1;
  } else writeFileSync(readme, after);
}
