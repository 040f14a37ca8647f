/** The built command line: whole and fast by its compiled code, and just as right without it or with a damaged one. */
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { afterEach, describe, expect, it } from "vitest";
import { initC } from "../src/c/index.ts";
import { nativeGrammar } from "../src/c/native-grammar.ts";
import { builtinRules } from "../src/rulebook/index.ts";
import { libraryFor } from "../src/sim/library.ts";
import { readTouched } from "../src/sim/touched.ts";
import { preparations } from "../src/util/short-run.ts";
import { roomGrows, roomHasToStay, roomStays } from "../src/util/v8-flags.ts";

const root = join(import.meta.dirname, "..");
const made: string[] = [];
afterEach(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true });
});

/** A copy of what a package holds, with the compiled code changed. */
function installed(change: (bytes: Buffer) => Buffer | null, changed = ".cache"): string {
  const place = mkdtempSync(join(tmpdir(), "mmreview-bundle-"));
  made.push(place);
  mkdirSync(join(place, "dist"));
  for (const name of ["bin", "package.json", "dist/rules.json"]) cpSync(join(root, name), join(place, name), { recursive: true });
  symlinkSync(join(root, "node_modules"), join(place, "node_modules"));
  for (const name of readdirSync(join(root, "dist")).filter((file) => /\.cjs|\.units$|\.touched$/.test(file))) {
    const bytes = readFileSync(join(root, "dist", name));
    const kept = name.endsWith(changed) ? change(bytes) : bytes;
    if (kept !== null) writeFileSync(join(place, "dist", name), kept);
  }
  return place;
}

function run(place: string, env: Readonly<Record<string, string>> = {}): unknown {
  const words = ["--no-progress", "--format", "json", join(root, "fixtures/mail/prefill-v1.mbox")];
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(place, "bin/mmreview.js"), ...words], { encoding: "utf8", env: { ...process.env, ...env } });
  return { status, stderr, stdout: stdout.replace(/"elapsedMs": \d+/, "") };
}

const built = existsSync(join(root, "dist/start.cjs"));

describe.skipIf(!built)("the bundle", () => {
  it("gives the same with, without, and with damaged compiled code", () => {
    const whole = run(installed((cache) => cache));
    expect(whole).toMatchObject({ status: 1, stderr: "" });
    const flipped = (at: number) => (cache: Buffer): Buffer => {
      const copy = Buffer.from(cache);
      copy[at] = copy[at]! ^ 0x55;
      return copy;
    };
    for (const change of [(): null => null, flipped(3), flipped(100_000)]) for (const ending of [".units", ".touched"]) expect(run(installed(change, ending))).toEqual(whole);
    for (const change of [(): null => null, (cache: Buffer): Buffer => cache.subarray(0, 5000), (): Buffer => Buffer.alloc(0), flipped(3), flipped(30), flipped(50_000), flipped(400_000)]) {
      expect(run(installed(change))).toEqual(whole);
    }
  });

  // From 20.15 on there is a checksum for it.
  it("has beside it what actors touch in all eras", async () => {
    await initC();
    const { models, actors, eras } = builtinRules();
    const [name] = readdirSync(join(root, "dist")).filter((file) => file.endsWith(".touched"));
    const bytes = readFileSync(join(root, "dist", name!));
    const data = bytes.subarray(bytes.indexOf("\n") + 1);
    for (const { version } of [eras[0]!, eras.at(-1)!]) expect(readTouched(data, libraryFor(models, actors, version)).size).toBeGreaterThan(100);
  });

  it.skipIf(crc32 === undefined)("is taken with its compiled code by the command line and by its threads, whose flags of V8 are those of a long run", () => {
    const place = installed((cache) => cache);
    const flags = Object.values(preparations).flatMap(({ off, on }) => [off, ...on]).concat(roomHasToStay ? [roomGrows.flag, roomStays] : []);
    const code = `
const { Worker, isMainThread } = require("node:worker_threads");
const start = require(${JSON.stringify(join(place, "dist/start.cjs"))});
if (isMainThread) {
  const { setFlagsFromString } = require("node:v8");
  for (const flag of start.lastingFlags) setFlagsFromString(flag);
  process.stdout.write(String(start.takes()) + " ");
  for (const flag of ${JSON.stringify(flags)}) setFlagsFromString(flag);
  new Worker(__filename, { stdout: false });
} else process.stdout.write(String(start.takes()));
`;
    const script = join(place, "threads.cjs");
    writeFileSync(script, code);
    expect(flags.length).toBeGreaterThanOrEqual(6);
    expect(spawnSync(process.execPath, [script], { encoding: "utf8" }).stdout).toBe("true true");
  });

  it.skipIf(nativeGrammar() === null)("gives the same by the native grammar, which it takes where it is installed, and by wasm", () => {
    const place = installed((cache) => cache);
    const told = join(place, "told.cjs");
    writeFileSync(told, 'process.on("exit", () => process.stderr.write(String(process.report.getReport().sharedObjects.some((path) => /tree[-_]sitter[^/]*\\.node$/.test(path)))));');
    const [native, wasm] = [{}, { MMREVIEW_GRAMMAR: "wasm" }].map((env) => run(place, { ...env, NODE_OPTIONS: `--require ${told}` }));
    expect(native).toEqual({ ...(run(place) as object), stderr: "true" });
    expect(wasm).toEqual({ ...(native as object), stderr: "false" });
  });
});
