/**
 * `npm run c:tree`: the C front end over every .c file of a kernel (MMREVIEW_TREE_6_12, folders mm, kernel, fs, arch or those
 * named), against two referees that know nothing of it: a brace alone in the first column, which opens a function unless
 * it opens an initialiser or a record, and ctags, where it is installed. What they see and we don't is listed.
 */
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { initC, lowerText } from "../src/c/index.ts";
import type { FunctionIr } from "../src/c/ir.ts";

const tree = process.env["MMREVIEW_TREE_6_12"] ?? "";
const folders = process.argv.length > 2 ? process.argv.slice(2) : ["mm", "kernel", "fs", "arch"];

/** A line behind which a brace opens an initialiser or a record. */
const opensOther = /=\s*$|^(?:typedef |static |const )*(?:struct|union|enum)\b[^()]*$/;

/** Lines of braces alone in the first column that lie in no function. */
function bracesOutside(lines: readonly string[], functions: readonly FunctionIr[]): { readonly all: number; readonly outside: number[] } {
  const outside: number[] = [];
  let all = 0;
  for (const [index, line] of lines.entries()) {
    if (!/^\{\s*(?:\/\*.*)?$/.test(line) || opensOther.test(lines[index - 1] ?? "")) continue;
    all++;
    if (!functions.some((fn) => fn.line <= index + 1 && index + 1 <= fn.endLine)) outside.push(index + 1);
  }
  return { all, outside };
}

interface Tag {
  readonly name: string;
  readonly line: number;
}

/** Functions of all files as ctags sees them, by path; empty when it is not installed. */
function tagsOf(paths: readonly string[]): ReadonlyMap<string, readonly Tag[]> {
  const found = new Map<string, Tag[]>();
  const words = ["-x", "--languages=C", "--c-kinds=f", "--_xformat=%F\t%n\t%N", "-L", "-"];
  const { status, stdout } = spawnSync("ctags", words, { cwd: tree, input: paths.join("\n"), encoding: "utf8", maxBuffer: 1 << 28 });
  if (status !== 0) return found;
  for (const text of stdout.split("\n")) {
    const [path = "", line = "", name = ""] = text.split("\t");
    if (name === "") continue;
    const known = found.get(path) ?? [];
    known.push({ name, line: Number(line) });
    found.set(path, known);
  }
  return found;
}

if (tree === "") {
  console.error("MMREVIEW_TREE_6_12 must name kernel sources");
  process.exit(2);
}
await initC();
console.log("| folder | files | functions | braces | outside | tags | not found | with unreadable text |\n|---|---|---|---|---|---|---|---|");
const lost: string[] = [];
for (const folder of folders) {
  const paths = readdirSync(join(tree, folder), { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".c")).map((name) => `${folder}/${name}`).toSorted();
  const tags = tagsOf(paths);
  const count = { functions: 0, braces: 0, outside: 0, tags: 0, missing: 0, unreadable: 0 };
  for (const path of paths) {
    const text = readFileSync(join(tree, path), "utf8");
    const { functions } = lowerText(path, text);
    const { all, outside } = bracesOutside(text.split("\n"), functions);
    // A tag counts as found when a function of its name or one around its line is there: ctags names some after a macro.
    const missing = (tags.get(path) ?? []).filter(({ name, line }) => !functions.some((fn) => fn.name === name || (fn.line <= line && line <= fn.endLine)));
    count.functions += functions.length;
    count.braces += all;
    count.outside += outside.length;
    count.tags += tags.get(path)?.length ?? 0;
    count.missing += missing.length;
    count.unreadable += functions.filter((fn) => fn.unreadable.length > 0).length;
    lost.push(...outside.map((line) => `${path}:${line} a brace`), ...missing.map(({ name, line }) => `${path}:${line} ${name}()`));
  }
  console.log(`| ${folder}/ | ${paths.length} | ${count.functions} | ${count.braces} | ${count.outside} | ${tags.size === 0 ? "-" : count.tags} | ${tags.size === 0 ? "-" : count.missing} | ${count.unreadable} |`);
}
console.log(`\n${lost.join("\n")}`);
