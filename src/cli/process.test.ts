/** What only a real process shows: signals, closed pipes, the launcher. */
import { spawn, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "../..");
let folder = "";
let program = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "mmreview-process-"));
  program = join(folder, "program.mts");
  // The real main over a library that never ends, prints a lot, or fails, by the name of the input.
  writeFileSync(
    program,
    `import { main } from ${JSON.stringify(join(root, "src/cli/main.ts"))};
import { emptyReport } from ${JSON.stringify(join(root, "fixtures/cli/harness.ts"))};
const skipped = Array.from({ length: 50_000 }, (_, n) => ({ messageId: String(n), subject: "s", reason: "r" }));
const answers = {
  waits: () => new Promise((done) => { setTimeout(done, 60_000); process.stderr.write("ready\\n"); }),
  stalls: () => new Promise(() => {}),
  much: async () => emptyReport({ inputs: [{ path: "much", messages: 50_000, patches: 0, skipped, troubles: [] }] }),
};
const simulate = async (request, events) => {
  process.stderr.write("ready\\n");
  return (await import(${JSON.stringify(join(root, "src/index.ts"))})).simulate(request, events);
};
await main({ library: async () => ({ simulate, review: (request) => answers[request.inputs[0]]() }) });
`,
  );
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function started(words: readonly string[]): readonly [string, string[]] {
  return [process.execPath, ["--import", join(root, "node_modules/tsx/dist/loader.mjs"), program, ...words]];
}

describe("signals", () => {
  it.each([["SIGINT", 130], ["SIGTERM", 143]] as const)("%s ends with %i and one line", async (signal, expected) => {
    const child = spawn(...started(["waits"]), { stdio: ["ignore", "pipe", "pipe"] });
    let stderr = "";
    child.stderr.on("data", (chunk: Buffer) => {
      stderr += chunk.toString();
      if (stderr === "ready\n") child.kill(signal);
    });
    const code = await new Promise((done) => {
      child.on("exit", done);
    });
    expect({ code, stderr }).toEqual({ code: expected, stderr: `ready\nmmreview: stopped by ${signal}\n` });
  });
});

describe("a command that waits for what never comes", () => {
  it("ends with 4 and says so", () => {
    const { status, stdout, stderr } = spawnSync(...started(["stalls"]), { encoding: "utf8" });
    expect({ status, stdout }).toEqual({ status: 4, stdout: "" });
    expect(stderr).toContain("mmreview: ended before its work did: this is a bug of mmreview; nothing was reviewed.\n");
  });
});

/** Six threads of thirty steps each that all conflict: more states than anybody waits for. */
const endless = `/*
 * scenario: endless
 * world: vma=anon pmd=table pte=page,none notifiers=no
 * threads: work work work work work work
 */
void work(struct mm_struct *mm, struct vm_area_struct *vma, pte_t *pte, unsigned long addr)
{
${"\tptep_test_and_clear_young(vma, addr, pte);\n".repeat(30)}}
`;

/** Five threads that write two variables and read the other one: executions without end under the memory model. */
const weakThread = (name: string, mine: string, theirs: string): string => `void ${name}(void)
{
	WRITE_ONCE(${mine}, 1);
	int x = READ_ONCE(${theirs});
	WRITE_ONCE(${mine}, 2);
	int y = READ_ONCE(${theirs});
	BUG_ON(x == 7 && y == 8);
}
`;
const endlessWeak = `/*
 * scenario: endless
 * memory: lkmm
 * threads: one other one other one
 */
int a, b;
${weakThread("one", "a", "b")}${weakThread("other", "b", "a")}`;

describe("a search", () => {
  // A search that does not let the signal in would go on until the test's own time is up.
  it.each([["SIGINT", 130, "sc", endless], ["SIGTERM", 143, "sc", endless], ["SIGTERM", 143, "lkmm", endlessWeak]] as const)("ends by %s with %i in the middle of it (%s), without half a result", async (signal, expected, memory, text) => {
    const scenario = join(folder, `${signal}-${memory}.c`);
    writeFileSync(scenario, text);
    const child = spawn(...started(["sim", "--bound", "100000000", scenario]), { stdio: ["ignore", "pipe", "pipe"] });
    const said = { stdout: "", stderr: "" };
    const ended = new Promise((done) => {
      child.on("exit", done);
    });
    for (const name of ["stdout", "stderr"] as const) child[name].on("data", (chunk: Buffer) => void (said[name] += chunk.toString()));
    try {
      await new Promise((done) => {
        child.stderr.once("data", () => setTimeout(done, 2000));
      });
      child.kill(signal);
      expect(await ended).toBe(expected);
      expect(said).toEqual({ stdout: "", stderr: `ready\nmmreview: stopped by ${signal}\n` });
    } finally {
      child.kill("SIGKILL");
    }
  }, 20_000);
});

describe("pipes", () => {
  it("ends quietly when the reader has had enough", () => {
    const [node, words] = started(["-fjson", "much"]);
    const line = `'${node}' ${words.map((word) => `'${word}'`).join(" ")} | head -c 10; echo " \${PIPESTATUS[0]}"`;
    const { stdout, stderr } = spawnSync("bash", ["-c", line], { encoding: "utf8" });
    expect({ stdout, stderr }).toEqual({ stdout: '{\n  "schem 0\n', stderr: "" });
  });

  it("loses nothing of a long result", () => {
    const { stdout, status } = spawnSync(...started(["-fjson", "much"]), { encoding: "utf8", maxBuffer: 1 << 28 });
    expect(status).toBe(0);
    expect((JSON.parse(stdout) as { inputs: { skipped: unknown[] }[] }).inputs[0]!.skipped).toHaveLength(50_000);
  });
});

describe("the launcher", () => {
  function launched(built: string | null): { status: number | null; stdout: string; stderr: string } {
    const place = mkdtempSync(join(folder, "launcher-"));
    cpSync(join(root, "bin"), join(place, "bin"), { recursive: true });
    writeFileSync(join(place, "package.json"), '{ "type": "module" }');
    if (built !== null) {
      mkdirSync(join(place, "dist/cli"), { recursive: true });
      writeFileSync(join(place, "dist/cli/main.js"), built);
    }
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(place, "bin/mmreview.js")], { encoding: "utf8" });
    return { status, stdout, stderr };
  }

  it("says how to build what is not built", () => {
    expect(launched(null)).toEqual({ status: 4, stdout: "", stderr: "mmreview is not built yet: run `npm run build` first.\n" });
  });

  it("runs the built command line", () => {
    expect(launched('export async function main() { process.stdout.write("built\\n"); }')).toEqual({ status: 0, stdout: "built\n", stderr: "" });
  });

  it("does not take a broken build for a missing one", () => {
    const { status, stderr } = launched('import "./missing.js"; export const main = 1;');
    expect(status).toBe(4);
    expect(stderr).toContain("missing.js");
    expect(stderr).not.toContain("npm run build");
  });
});
