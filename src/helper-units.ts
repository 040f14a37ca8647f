/**
 * Functions of the tree that reviewed functions call: from headers that the file includes and from the core files of
 * mm/. A helper that takes or releases a lock is only known by its body.
 */
import { lowerText } from "./c/index.ts";
import type { UnitIr } from "./c/ir.ts";
import type { Rulebook } from "./rulebook/rulebook.ts";
import type { Tree } from "./tree/index.ts";

/** Where helpers of page-table code live (6.12); files that a tree does not have are passed over. */
const coreFiles: readonly string[] = [
  "mm/memory.c", "mm/huge_memory.c", "mm/hugetlb.c", "mm/rmap.c", "mm/pgtable-generic.c", "mm/userfaultfd.c",
  "mm/mremap.c", "mm/mprotect.c", "mm/khugepaged.c", "mm/migrate.c", "mm/page_vma_mapped.c", "mm/internal.h",
  "include/linux/mm.h", "include/linux/pgtable.h", "include/linux/huge_mm.h", "include/linux/hugetlb.h",
];

const mostHeaders = 64;
const mostUnits = 12;

/** Text and lowered unit of each tree file asked for, once. */
export class TreeSources {
  readonly #tree: Tree;
  readonly #texts = new Map<string, Promise<string | null>>();
  readonly #units = new Map<string, UnitIr>();

  constructor(tree: Tree) {
    this.#tree = tree;
  }

  /** Units that define functions which `unit` calls and neither has nor has a contract for. */
  async helpersOf(unit: UnitIr, text: string, rulebook: Rulebook): Promise<UnitIr[]> {
    const wanted = missingCallees(unit, rulebook);
    if (wanted.size === 0) return [];
    const found: UnitIr[] = [];
    for (const path of [...headersOf(unit.file, text), ...coreFiles]) {
      if (path === unit.file || found.some((u) => u.file === path)) continue;
      const source = await this.#text(path);
      if (source !== null && definesAny(source, wanted)) found.push(this.#unit(path, source));
      if (found.length >= mostUnits) break;
    }
    return found;
  }

  #text(path: string): Promise<string | null> {
    const known = this.#texts.get(path);
    if (known) return known;
    const read = this.#tree.readFile(path).then((disk) => disk.bytes?.toString("utf8") ?? null);
    this.#texts.set(path, read);
    return read;
  }

  #unit(path: string, source: string): UnitIr {
    const known = this.#units.get(path);
    if (known) return known;
    const unit = lowerText(path, source);
    this.#units.set(path, unit);
    return unit;
  }
}

function missingCallees(unit: UnitIr, rulebook: Rulebook): Set<string> {
  const own = new Set(unit.functions.map((fn) => fn.name));
  const names = new Set<string>();
  for (const fn of unit.functions) {
    for (const block of fn.blocks) {
      for (const step of block.steps) {
        if (step.op === "call" && step.callee !== null && !own.has(step.callee) && !rulebook.contract(step.callee)) names.add(step.callee);
      }
    }
  }
  return names;
}

/** A definition stands at the start of a line, as kernel style has it: "static int name(" and no semicolon before. */
function definesAny(source: string, names: ReadonlySet<string>): boolean {
  for (const match of source.matchAll(/^[a-z][^\n;=(){}]*?\b(\w+)\(/gm)) if (names.has(match[1]!)) return true;
  return false;
}

function headersOf(file: string, text: string): string[] {
  const folder = file.includes("/") ? file.slice(0, file.lastIndexOf("/") + 1) : "";
  const included = Array.from(text.matchAll(/^#\s*include\s+([<"])([\w./-]+)[>"]/gm), (m) => (m[1] === "<" ? `include/${m[2]}` : `${folder}${m[2]}`));
  return included.filter((path) => !path.includes("..")).slice(0, mostHeaders);
}
