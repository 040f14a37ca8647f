/**
 * Last step of the build: the command line as one file, dist/mmreview-HASH.cjs, with V8's compiled code and the lowered
 * models and actors beside it, and dist/start.cjs that loads them. Reading two hundred modules and compiling them takes longer than reviewing a patch.
 * Compiled code is only good for the Node that made it (V8 checks) and for this text (its hash is in the name); it is no
 * part of the package. dist/cli/main.js goes: when it is there, tsc has run since, and the launcher takes it instead.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { initC } from "../src/c/index.ts";
import { builtinRules } from "../src/rulebook/index.ts";
import { sealed } from "../src/rulebook/built-file.ts";
import { builtFunctions } from "../src/rulebook/lowered.ts";
import { builtTouched } from "../src/sim/touched.ts";
import { threadTasks } from "../src/threads.ts";
import { sha1 } from "../src/util/digest.ts";
import { lastingFlags, roomGrows } from "../src/util/v8-flags.ts";
import { billOfMaterials } from "./sbom.ts";
import { trainingWords } from "./training.ts";

/** Loaded when they are needed, from their own files: mailparser and ts-morph are large, piscina starts its own worker file. */
const apart: readonly string[] = ["mailparser", "ts-morph", "piscina", "tree-sitter-c"];

/** yargs asks for the width of text only to print help, which is not its job here; the real answer loads tables for 50 ms. */
const lengthAsWidth = "export default (text) => text.length;";

/** Modules of Node that most runs don't need and that take a millisecond or two each: loaded by the first call. Plain functions: promisify(execFile) would not find the form that Node gives it. */
const lateModules: Readonly<Record<string, readonly string[]>> = {
  "node:child_process": ["spawn", "spawnSync", "execFile", "execFileSync"],
  "node:crypto": ["createHash"],
  "node:fs/promises": ["lstat", "open", "readFile", "readdir", "realpath", "stat"],
};

function lateModule(name: string): string {
  return lateModules[name]!.map((fn) => `export const ${fn} = (...words) => require(${JSON.stringify(name)}).${fn}(...words);`).join("\n");
}

/** The text of the bundle: the same for the same sources. */
export async function bundled(root: string): Promise<string> {
  const result = await build({
    stdin: { contents: 'export { main } from "./src/cli/main.ts";\nexport { threadTasks } from "./src/threads.ts";', resolveDir: root, loader: "ts" },
    absWorkingDir: root,
    bundle: true,
    write: false,
    format: "cjs",
    platform: "node",
    target: "node20",
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: "eof",
    external: [...apart],
    // A script of node:vm has no import(): what is loaded late is loaded by require().
    supported: { "dynamic-import": false },
    define: { "import.meta.url": "importMetaUrl" },
    banner: { js: 'const importMetaUrl=require("node:url").pathToFileURL(__filename).href;' },
    plugins: [
      {
        name: "variants",
        setup(hooks) {
          // Its ESM variant makes a require() of its own, which stands in the way of the one above.
          hooks.onResolve({ filter: /^web-tree-sitter$/ }, () => ({ path: createRequire(join(root, "package.json")).resolve("web-tree-sitter") }));
          hooks.onResolve({ filter: /^string-width$/ }, () => ({ path: "string-width", namespace: "width" }));
          hooks.onResolve({ filter: /^node:/ }, ({ path, namespace }) => (path in lateModules && namespace !== "late" ? { path, namespace: "late" } : { path, external: true }));
          hooks.onLoad({ filter: /.*/, namespace: "late" }, ({ path }) => ({ contents: lateModule(path) }));
          hooks.onLoad({ filter: /.*/, namespace: "width" }, () => ({ contents: lengthAsWidth }));
        },
      },
    ],
  });
  return result.outputFiles[0]!.text.replace(/[^\0-\x7f]/g, escaped);
}

/** Regular expressions and templates keep their characters when esbuild writes ASCII; there too this is the same character. */
function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/** Runs as dist/start.cjs. The wrapper is that of CommonJS modules; Node's own loader takes no compiled code. */
function starter(name: string, tasks: readonly string[]): string {
  return `"use strict";
const fs = require("node:fs"), path = require("node:path"), vm = require("node:vm"), zlib = require("node:zlib");
const filename = path.join(__dirname, ${JSON.stringify(name)});
let script, loaded;
const load = (taken = () => {}) => {
  if (loaded !== undefined) return loaded;
  let cachedData;
  try {
    // V8 trusts compiled code: what a bad disk has changed would crash it. (Node before 20.15 has no crc32 and starts slower.)
    const cache = fs.readFileSync(filename + ".cache");
    if (zlib.crc32(cache.subarray(4)) === cache.readUInt32LE(0)) cachedData = cache.subarray(4);
  } catch {}
  // The text is ASCII: to read it as UTF-8 takes twice as long.
  script = new vm.Script("(function(exports,require,module,__filename,__dirname){" + fs.readFileSync(filename, "latin1") + "\\n})", {
    filename, cachedData,
  });
  taken();
  const module_ = { exports: {} };
  script.runInThisContext()(module_.exports, require("node:module").createRequire(filename), module_, filename, __dirname);
  return (loaded = module_.exports);
};
// A thread starts with the flags that are set then; a program that uses the library keeps its own.
const v8 = parseInt(process.versions.v8, 10);
exports.lastingFlags = ${JSON.stringify(lastingFlags)}.filter(({ from, to }) => from <= v8 && v8 <= (to ?? v8)).flatMap(({ flags }) => flags);
exports.main = () => {
  const { setFlagsFromString } = require("node:v8");
  for (const flag of exports.lastingFlags) setFlagsFromString(flag);
  return load(() => v8 >= ${roomGrows.from} && setFlagsFromString(${JSON.stringify(roomGrows.flag)})).main();
};
/** Loads all there is; whether V8 took the compiled code. */
exports.takes = () => (load(), script.cachedDataRejected === false);
// A thread looks its task up when it starts, and so loads what that needs before there is something to do.
for (const name of ${JSON.stringify(tasks)}) Object.defineProperty(exports, name, { enumerable: true, get: () => load().threadTasks[name]() });
exports.save = () => {
  if (zlib.crc32 === undefined) return;
  const data = script.createCachedData();
  const sum = Buffer.alloc(4);
  sum.writeUInt32LE(zlib.crc32(data));
  fs.writeFileSync(filename + ".cache", Buffer.concat([sum, data]));
};
`;
}

/**
 * Reviews mails and patches and keeps what V8 compiled for it. A flag that the program sets later would make the result unfit for its start.
 * V8 forgets the code of functions that have not run for a while, as those have that run once: not here.
 */
function warm(root: string): void {
  const code = `
const { main, save, lastingFlags } = require("./dist/start.cjs");
const v8 = require("node:v8"), set = v8.setFlagsFromString;
v8.setFlagsFromString = (flag) => lastingFlags.includes(flag) && set(flag);
set("--no-flush-bytecode");
process.on("exit", () => {
  set("--flush-bytecode");
  save();
});
void main();`;
  const folder = mkdtempSync(join(tmpdir(), "mmreview-warm-"));
  try {
    execFileSync(process.execPath, ["-e", code, "--", "--no-progress", "--fail-on", "never", "--jobs", "1", "--no-cache", ...trainingWords(root, folder)], { cwd: root, stdio: ["ignore", "ignore", "inherit"] });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export async function bundle(root: string): Promise<void> {
  const dist = join(root, "dist");
  mkdirSync(dist, { recursive: true });
  for (const file of readdirSync(dist)) if (/^mmreview-[0-9a-f]+\./.test(file)) rmSync(join(dist, file));
  const text = await bundled(root);
  const name = `mmreview-${sha1(text).slice(0, 12)}.cjs`;
  writeFileSync(join(dist, name), text);
  await initC();
  const { models, actors, eras } = builtinRules();
  writeFileSync(join(dist, name.replace(".cjs", ".units")), sealed(builtFunctions([...models, ...actors])));
  writeFileSync(join(dist, name.replace(".cjs", ".touched")), sealed(builtTouched(models, actors, eras.map(({ version }) => version))));
  // Kept results are good for one build only (src/util/build-id.ts).
  writeFileSync(join(dist, "build-id"), `${sha1(text)}\n`);
  writeFileSync(join(dist, "sbom.cdx.json"), billOfMaterials(root));
  writeFileSync(join(dist, "start.cjs"), starter(name, Object.keys(threadTasks)));
  rmSync(join(dist, "cli/main.js"), { force: true });
  warm(root);
}
