/** Threads that refuse, die or are stopped in the middle of a command: the right exit code, one clear message, no half file. */
import { spawn, spawnSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { directory, type Files, kernelFiles, removeFolders } from "../fixtures/review/harness.ts";
import { InputError, UsageError } from "./core/errors.ts";
import { type Answer, answerOf, resultOf } from "./thread-answer.ts";
import { openPool } from "./util/pool.ts";

afterEach(removeFolders);

const root = join(import.meta.dirname, "..");
const program = ["--import", join(root, "node_modules/tsx/dist/loader.mjs"), join(root, "fixtures/cli/program.ts")];

const mapper = `static void clear_one(struct vm_area_struct *vma, pmd_t *pmd, unsigned long addr)
{
	pte_t *pte = pte_offset_map(pmd, addr);

	if (pte)
		pte_unmap(pte);
}
`;
const sources: Files = Object.fromEntries(Array.from({ length: 40 }, (_item, n) => [`mm/file${n}.c`, mapper]));
const words = ["scan", "--no-cache", "--tree", "tree", "--jobs", "2", "--format", "json", "--output", "out.json", "mm"];

/** A folder with a tree and the result of an earlier run, where each thread first runs `code`. */
function place(code: string): { readonly cwd: string; readonly env: NodeJS.ProcessEnv } {
  const cwd = directory({ "out.json": "old\n", ...Object.fromEntries(Object.entries({ ...kernelFiles(6, 12), ...sources }).map(([path, text]) => [`tree/${path}`, text])) });
  // The loader of TypeScript runs in threads too; ours are known by what they were given.
  writeFileSync(join(cwd, "short.cjs"), `if (require("node:worker_threads").workerData?.era) ${code};\n`);
  return { cwd, env: { ...process.env, NODE_OPTIONS: `--require ${join(cwd, "short.cjs")}` } };
}

function leftIn(cwd: string): unknown {
  return { files: readdirSync(cwd).toSorted(), output: readFileSync(join(cwd, "out.json"), "utf8") };
}

const untouched = { files: ["out.json", "short.cjs", "tree"], output: "old\n" };

describe("a thread", () => {
  it.each(["setImmediate(() => process.exit(7))", "process.exit(7)", 'throw new Error("no exit but an error")'])("that dies (%s) ends the command with 4 and says so; the old output stays", (code) => {
    const { cwd, env } = place(code);
    const { status, stdout, stderr } = spawnSync(process.execPath, [...program, ...words], { cwd, env, encoding: "utf8" });
    expect({ status, stdout }).toEqual({ status: 4, stdout: "" });
    expect(stderr).toMatch(/exit/);
    expect(stderr).toMatch(/this is a bug of mmreview; nothing was reviewed/);
    expect(leftIn(cwd)).toEqual(untouched);
  });

  it("works on when it is left alone: the same command writes its result", () => {
    const { cwd, env } = place("0");
    const { status, stderr } = spawnSync(process.execPath, [...program, ...words], { cwd, env, encoding: "utf8" });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(JSON.parse(readFileSync(join(cwd, "out.json"), "utf8"))).toMatchObject({ schema: "mmreview/report@1", summary: { functions: 40 } });
  });

  it("does not keep SIGTERM from ending the command", async () => {
    const { cwd, env } = place('require("node:fs").writeSync(2, "a thread starts\\n")');
    const child = spawn(process.execPath, [...program, ...words], { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    let stderr = "";
    child.stderr.on("data", (chunk: Buffer) => {
      const before = stderr.includes("a thread starts");
      stderr += chunk.toString();
      if (!before && stderr.includes("a thread starts")) child.kill("SIGTERM");
    });
    const code = await new Promise((done) => void child.on("exit", done));
    expect(code).toBe(143);
    expect(stderr.replaceAll("a thread starts\n", "")).toBe("mmreview: stopped by SIGTERM\n");
    expect(leftIn(cwd)).toEqual(untouched);
  });

  it.each(["input", "usage"] as const)("keeps what its caller must know of an %s error", async (kind) => {
    const pool = await openPool<unknown, Answer<string>>("../fixtures/threads/misbehave", "set", 1, () => undefined);
    try {
      const error: unknown = await pool.run({ do: "refuse", after: 0, value: 1, kind }).then(resultOf, (thrown: unknown) => thrown).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(kind === "input" ? InputError : UsageError);
      expect(error).toMatchObject(kind === "input" ? { message: "no such file", path: "mm/x.c" } : { message: "no such rule", hint: "see the list" });
    } finally {
      await pool.close();
    }
  });

  it("gives bugs as they are", async () => {
    await expect(answerOf(() => Promise.reject(new TypeError("x is not a function")))).rejects.toThrow(TypeError);
  });
});
