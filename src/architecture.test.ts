/** Holds the import table of docs/architecture.md: who may import whom, which package has which owner, where I/O happens. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const src = import.meta.dirname;

/** Folder -> folders it may import besides itself, core and util. "" stands for files directly in src. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  core: [],
  util: [],
  mail: [],
  diff: [],
  lore: [],
  tree: ["diff"],
  c: [],
  rulebook: ["c"],
  check: ["c", "rulebook"],
  versions: ["c", "rulebook", "check"],
  "sim/memory": [],
  "sim/litmus": ["c", "sim/memory"],
  "sim/world": ["sim/memory"],
  "sim/run": ["c", "rulebook", "sim/memory", "sim/world"],
  "sim/weak": ["c", "sim/memory", "sim/litmus"],
  sim: ["c", "rulebook", "sim/memory", "sim/litmus", "sim/world", "sim/run", "sim/weak"],
  report: [],
  "": ["lore", "mail", "diff", "tree", "c", "rulebook", "check", "versions", "sim", "sim/litmus", "sim/memory", "sim/world", "sim/run", "sim/weak"],
  cli: ["report", ""],
};

const packageOwner: Readonly<Record<string, readonly string[]>> = {
  mailparser: ["mail"],
  "parse-diff": ["diff"],
  "web-tree-sitter": ["c"],
  "ts-morph": ["rulebook"],
  piscina: ["util"],
  yargs: ["cli"],
  "yargs/helpers": ["cli"],
};

/** Folders, and files directly in src. */
const mayTouchFiles: readonly string[] = ["mail", "tree", "c", "rulebook", "cli", "util", "text-input.ts"];

interface Import {
  readonly file: string;
  readonly target: string;
}

function sourceFiles(): string[] {
  return readdirSync(src, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"))
    .toSorted();
}

function importsOf(file: string): Import[] {
  const text = readFileSync(join(src, file), "utf8");
  const found = text.matchAll(/(?:^|\n)\s*(?:import|export)\b[^;'"]*?from\s*["']([^"']+)["']|\bimport\(\s*["']([^"']+)["']\s*\)/g);
  return Array.from(found, (m) => ({ file, target: (m[1] ?? m[2])! }));
}

function folderOf(file: string): string {
  const folder = dirname(file).replaceAll("\\", "/");
  if (folder === ".") return "";
  const parts = folder.split("/");
  if (parts[0] === "sim") return parts.length === 1 ? "sim" : `sim/${parts[1]}`;
  return parts[0]!;
}

function resolveTarget(imp: Import): string {
  return relative(src, resolve(src, dirname(imp.file), imp.target));
}

const files = sourceFiles();
const imports = files.flatMap(importsOf);
const internal = imports.filter((i) => i.target.startsWith("."));

describe("the house", () => {
  it("sees the whole source", () => {
    expect(files.length).toBeGreaterThan(5);
    expect(imports.length).toBeGreaterThan(5);
  });

  it("keeps the import table", () => {
    const broken = internal.filter((i) => {
      const from = folderOf(i.file);
      const to = folderOf(resolveTarget(i));
      if (from === to || ((to === "core" || to === "util") && from !== "core" && from !== "util")) return false;
      return !(allowed[from] ?? []).includes(to);
    });
    expect(broken).toEqual([]);
  });

  it("knows every folder", () => {
    expect(files.map(folderOf).filter((f) => !(f in allowed))).toEqual([]);
  });

  it("gives each package one owner", () => {
    const broken = imports.filter((i) => {
      const owners = packageOwner[i.target];
      if (owners) return !owners.includes(folderOf(i.file));
      return !i.target.startsWith(".") && !i.target.startsWith("node:");
    });
    expect(broken).toEqual([]);
  });

  it("touches files and processes only at the edges", () => {
    const io = new Set(["node:fs", "node:fs/promises", "node:child_process", "fs", "child_process"]);
    const broken = imports.filter((i) => io.has(i.target) && !mayTouchFiles.includes(folderOf(i.file) || i.file));
    expect(broken).toEqual([]);
  });

  it("uses the network only in lore", () => {
    const modules = new Set(["node:http", "node:https", "node:http2", "node:net", "node:tls", "node:dgram", "node:dns"]);
    const users = files.filter((f) => /\bawait fetch\(|\bnew (?:WebSocket|EventSource)\(/.test(readFileSync(join(src, f), "utf8")));
    expect(users.map(folderOf)).toEqual(["lore"]);
    expect(imports.filter((i) => modules.has(i.target))).toEqual([]);
  });

  it("prints and exits only in cli", () => {
    const broken = files.filter(
      (f) => folderOf(f) !== "cli" && /\bconsole\.\w+\(|\bprocess\.exit\(/.test(readFileSync(join(src, f), "utf8")),
    );
    expect(broken).toEqual([]);
  });

  it("has no import cycles between files", () => {
    const edges = new Map<string, string[]>();
    for (const i of internal) edges.set(i.file, [...(edges.get(i.file) ?? []), resolveTarget(i)]);
    const state = new Map<string, "open" | "done">();
    const cycles: string[] = [];
    const visit = (file: string, trail: readonly string[]): void => {
      if (state.get(file) === "done") return;
      if (state.get(file) === "open") {
        cycles.push([...trail.slice(trail.indexOf(file)), file].join(" -> "));
        return;
      }
      state.set(file, "open");
      for (const next of edges.get(file) ?? []) visit(next, [...trail, file]);
      state.set(file, "done");
    };
    for (const file of files) visit(file, []);
    expect(cycles).toEqual([]);
  });
});
