/** Disks that fill up, processes that are killed, trees that can't be written or change under the run: nothing is half written, nothing silent. */
import { spawn, spawnSync } from "node:child_process";
import { chmodSync, existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { directory, dropOne, dropOneUnasked, type Files, kernelFiles, patchMail, removeFolders, repository, temporaryFolder } from "../fixtures/review/harness.ts";
import { scan } from "./index.ts";

afterEach(removeFolders);

const root = join(import.meta.dirname, "..");
let program: readonly string[] = [];
beforeAll(() => {
  program = ["--import", join(root, "node_modules/tsx/dist/loader.mjs"), join(root, "fixtures/cli/program.ts")];
});

const bad = (): string => patchMail({ "mm/one.c": dropOne }, { "mm/one.c": dropOneUnasked }, "mm: trust the map");

interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command through a shell, so that limits and redirections are real. `$MM` is the program. */
function shell(cwd: string, line: string, env: NodeJS.ProcessEnv = {}): Ran {
  const quoted = [process.execPath, ...program].map((word) => `'${word}'`).join(" ");
  const { status, stdout, stderr } = spawnSync("bash", ["-c", line.replace("$MM", () => quoted)], { cwd, encoding: "utf8", env: { ...process.env, ...env } });
  return { status, stdout, stderr };
}

/** Every file below, with size and time of change. */
function listing(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .toSorted()
    .map((name) => {
      const { size, mtimeMs, mode } = lstatSync(join(folder, name));
      return `${name} ${size} ${mtimeMs} ${mode}`;
    });
}

describe("a full disk", () => {
  it.skipIf(!existsSync("/dev/full"))("behind standard output is said, with exit code 2", () => {
    const ran = shell(directory({ "a.patch": bad() }), "$MM a.patch > /dev/full");
    expect(ran.status).toBe(2);
    expect(ran.stderr).toMatch(/^mmreview: can't write the result: ENOSPC/m);
  });

  it("leaves the old --output as it was, and no other file", () => {
    const cwd = directory({ "a.patch": bad(), "out.json": "old\n" });
    // A file may not grow beyond 1 KiB: what a full disk does, without one.
    const ran = shell(cwd, "ulimit -f 1; $MM a.patch --format json --output out.json");
    expect(ran.status).toBe(2);
    expect(ran.stderr).toMatch(/^mmreview: --output: can't write 'out\.json': EFBIG/m);
    expect(readFileSync(join(cwd, "out.json"), "utf8")).toBe("old\n");
    expect(readdirSync(cwd).toSorted()).toEqual(["a.patch", "out.json"]);
  });

  it("ends a --resume run with what was done before it", () => {
    const cwd = directory({ "a.patch": bad() });
    const ran = shell(cwd, "ulimit -f 1; $MM a.patch --resume done");
    expect(ran.status).toBe(2);
    expect(ran.stderr).toMatch(/^mmreview: --resume: can't write: EFBIG/m);
    expect(shell(cwd, "$MM a.patch --resume done").status).toBe(1);
  });
});

describe("a killed run", () => {
  it("leaves its --output whole or as it was, whenever it is killed", async () => {
    const cwd = directory({ "a.patch": bad(), "out.json": "old\n" });
    for (const after of [300, 700, 1100]) {
      const child = spawn(process.execPath, [...program, "a.patch", "--format", "json", "--output", "out.json"], { cwd, stdio: "ignore" });
      const ended = new Promise((done) => child.on("exit", done));
      const clock = setTimeout(() => child.kill("SIGKILL"), after);
      await ended;
      clearTimeout(clock);
      const text = readFileSync(join(cwd, "out.json"), "utf8");
      if (text !== "old\n") expect(JSON.parse(text)).toMatchObject({ schema: "mmreview/report@1" });
    }
  });
});

describe("a tree", () => {
  const files: Files = { ...kernelFiles(6, 12), "mm/one.c": dropOne };

  it("is neither written to nor touched", () => {
    const tree = repository([{ subject: "base", files }]);
    const cwd = directory({ "a.patch": bad() });
    const before = listing(tree);
    expect(shell(cwd, `$MM --tree '${tree}' a.patch`).status).toBe(1);
    expect(shell(cwd, `$MM scan --tree '${tree}' mm`).status).toBe(0);
    expect(listing(tree)).toEqual(before);
  });

  it("that can't be written to is as good as any", () => {
    const tree = repository([{ subject: "base", files }]);
    spawnSync("chmod", ["-R", "a-w", tree]);
    const ran = shell(directory({ "a.patch": bad() }), `$MM --tree '${tree}' a.patch`);
    spawnSync("chmod", ["-R", "u+w", tree]);
    expect(ran.status).toBe(1);
    expect(ran.stdout).toContain("[map-failure]");
  });

  it("without git on the PATH is read from its files", () => {
    const tree = repository([{ subject: "base", files }]);
    const empty = temporaryFolder();
    const ran = shell(directory({ "a.patch": bad() }), `PATH='${empty}' $MM --tree '${tree}' --format json a.patch`);
    expect(ran.status).toBe(1);
    expect(JSON.parse(ran.stdout)).toMatchObject({ patches: [{ base: { kind: "directory" } }] });
  });

  it.each([["fails", "echo 'fatal: bad object' >&2; exit 128"], ["talks nonsense", "yes nonsense | head -c 300000"], ["dies", "kill -9 $$"]])("whose git %s is read from its files", (_what, body) => {
    const tree = repository([{ subject: "base", files }]);
    const tools = temporaryFolder();
    writeFileSync(join(tools, "git"), `#!/bin/sh\n${body}\n`);
    chmodSync(join(tools, "git"), 0o755);
    const ran = shell(directory({ "a.patch": bad() }), `PATH='${tools}':"$PATH" $MM --tree '${tree}' --format json a.patch`);
    expect(ran.stderr).not.toContain("bug of mmreview");
    expect(ran.status).toBe(1);
    expect(ran.stdout).toContain("\"map-failure\"");
  });

  it("that changes under a scan loses the files that went, by name", async () => {
    const names = Array.from({ length: 6 }, (_item, n) => `mm/f${n}.c`);
    const tree = directory(kernelFiles(6, 12), Object.fromEntries(names.map((name) => [name, dropOneUnasked])));
    const request = { tree, paths: ["mm"], kernel: null, only: [], skip: [], rules: [], bound: null, jobs: 1, strict: false, cwd: tree };
    const report = await scan(request, (event) => {
      if (event.kind !== "progress" || event.done !== 1) return;
      rmSync(join(tree, "mm/f2.c"));
      rmSync(join(tree, "mm/f3.c"));
      mkdirSync(join(tree, "mm/f3.c"));
      writeFileSync(join(tree, "mm/f4.c"), dropOneUnasked.slice(0, 100));
      rmSync(join(tree, "mm/f5.c"));
      symlinkSync("/etc/passwd", join(tree, "mm/f5.c"));
    });
    expect(report.units!.map((unit) => unit.file)).toEqual(["mm/f0.c", "mm/f1.c"]);
    expect(report.inputs[0]!.troubles).toEqual(["mm/f2.c: no such file", "mm/f3.c: not a regular file", "mm/f5.c: a symbolic link leads out of the tree"]);
    expect(statSync(join(tree, "mm/f4.c")).size).toBe(100);
  });
});
