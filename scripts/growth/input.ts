/** What a shape makes, and how each kind of it is run: every stage is gone through as a user would. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

export type Input =
  /** Mails or a bare diff, reviewed with what the hunks show. */
  | { readonly kind: "mails"; readonly text: string }
  /** The same beside a kernel tree of these files. */
  | { readonly kind: "tree"; readonly text: string; readonly files: Readonly<Record<string, string>> }
  /** A litmus test, a file of scenarios, a rule pack, a baseline. */
  | { readonly kind: "litmus" | "scenario" | "pack" | "baseline"; readonly text: string }
  /** A thread of so many findings, in one format. */
  | { readonly kind: "report"; readonly text: string; readonly format: string };

/** One family of inputs; `n` counts what is repeated. */
export interface Shape {
  readonly name: string;
  readonly make: (n: number) => Input;
}

export function sizeOf(input: Input): number {
  return input.kind === "tree" ? input.text.length + Object.values(input.files).reduce((sum, text) => sum + text.length, 0) : input.text.length;
}

/** The smallest n that makes an input of at least so many characters; `most` n where it does not grow with n. */
export function repeatsFor(shape: Shape, characters: number): number {
  let n = 1;
  while (n < characters && sizeOf(shape.make(2 * n)) <= characters) n *= 2;
  for (let step = n >> 1; step > 0; step >>= 1) if (sizeOf(shape.make(n + step)) <= characters) n += step;
  return n;
}

/** Runs an input through the library, as the command line would. What comes back are the limits that it was said to have hit. */
export async function runInput(input: Input): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), "mmreview-growth-"));
  try {
    return await run(input, folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function run(input: Input, folder: string): Promise<readonly string[]> {
  const library = await import("../../src/index.ts");
  const request = { cwd: folder, kernel: "6.14", only: [], skip: [], rules: [], bound: null, jobs: 1, strict: true, base: null, all: false };
  const path = join(folder, input.kind === "pack" ? "input.ts" : input.kind === "scenario" ? "input.c" : "input");
  writeFileSync(path, input.text);
  switch (input.kind) {
    case "tree":
      for (const [name, text] of Object.entries({ ...input.files, Makefile: "VERSION = 6\nPATCHLEVEL = 14\nSUBLEVEL = 0\n", Kbuild: "# nothing is built\n" })) {
        mkdirSync(dirname(join(folder, "tree", name)), { recursive: true });
        writeFileSync(join(folder, "tree", name), text);
      }
      return limitsIn(await library.review({ ...request, inputs: [path], tree: join(folder, "tree") }));
    case "mails":
      return limitsIn(await library.review({ ...request, inputs: [path], tree: null }));
    case "baseline":
      return limitsIn(await library.review({ ...request, inputs: [], tree: null, baseline: path }));
    case "litmus": {
      const { tests } = await library.litmus({ drawing: null, files: [path], bound: null, jobs: 1, cwd: folder });
      return tests.flatMap((test) => ("verdict" in test ? [] : [JSON.stringify(test).slice(0, 100)]));
    }
    case "scenario": {
      const { problems } = await library.simulate({ files: [path], kernel: "6.14", bound: null, pictures: false, cwd: folder });
      return (problems ?? []).slice(0, 3).map(({ message }) => message);
    }
    case "pack":
      return (await library.checkRulePack(path)).slice(0, 3).map(({ message }) => message);
    case "report": {
      const { renderReport } = await import("../../src/report/formats.ts");
      await renderReport(input.format, JSON.parse(input.text) as Parameters<typeof renderReport>[1], { colour: false, width: 100, verbose: true, quiet: false, rules: [] });
      return [];
    }
  }
}

function limitsIn(report: Awaited<ReturnType<typeof import("../../src/index.ts").review>>): readonly string[] {
  const said = report.patches.flatMap((patch) => [...patch.notes, ...patch.functions.map(({ reason }) => reason)]).concat(report.inputs.flatMap((one) => one.skipped.map(({ reason }) => reason)));
  return Array.from(new Set(said.filter((text) => text.includes("limit hit")))).slice(0, 3);
}
