/**
 * Functions of the tree that reviewed functions call: from headers that the file includes and from the core files of
 * mm/. A helper that takes or releases a lock is only known by its body.
 */
import { namesCalledIn } from "./c/index.ts";
import type { FunctionIr, UnitIr } from "./c/ir.ts";
import { type Elsewhere, hasPageTableSteps } from "./check/index.ts";
import type { Rulebook } from "./rulebook/rulebook.ts";
import type { Tree } from "./tree/index.ts";
import { asItIs, type TreeState, TreeTexts } from "./tree-texts.ts";
import type { TreeUnits } from "./tree-units.ts";
import { pause } from "./util/slices.ts";

/** Where helpers of page-table code live (6.12); files that a tree does not have are passed over. */
const coreFiles: readonly string[] = [
  "mm/memory.c", "mm/huge_memory.c", "mm/hugetlb.c", "mm/rmap.c", "mm/pgtable-generic.c", "mm/userfaultfd.c",
  "mm/mremap.c", "mm/mprotect.c", "mm/khugepaged.c", "mm/migrate.c", "mm/page_vma_mapped.c", "mm/pagewalk.c", "mm/internal.h",
  "include/linux/mm.h", "include/linux/pgtable.h", "include/linux/huge_mm.h", "include/linux/hugetlb.h",
];

const mostHeaders = 64;
const mostCallers = 40;
const mostUnits = 12;
/** Searches of the files for one name each, which are quick; an index of all names takes as long as a hundred of them. */
const mostSearches = 64;
/** A function that is called from more files is a helper of many, which its callers say little about. */
const mostCallingFiles = 6;

/** Finds the files of a tree that say what functions do, or who calls them. */
export class TreeSources {
  readonly texts: TreeTexts;
  readonly #tree: Tree;
  readonly #units: TreeUnits;

  /** How often callers were looked for in a state other than the tree's own, and what calls what there once that is often. */
  readonly #asked = new WeakMap<TreeState, { times: number; calls: Promise<ReadonlyMap<string, readonly string[]>> | null }>();

  constructor(tree: Tree, units: TreeUnits, texts: TreeTexts = new TreeTexts(tree)) {
    this.#tree = tree;
    this.#units = units;
    this.texts = texts;
  }

  /** The same tree, noting what is looked at in these states of it. */
  noting(states: readonly TreeState[] = [asItIs]): TreeSources {
    return new TreeSources(this.#tree, this.#units, this.texts.noting(states));
  }

  /** To be called once, at the end of a run. */
  close(): void {
    this.#units.close();
  }

  /** Units that define functions which `unit` calls and neither has nor has a contract for. */
  async helpersOf(unit: UnitIr, text: string, rulebook: Rulebook, state: TreeState = asItIs): Promise<UnitIr[]> {
    return this.#unitsDefining(isMissing(unit, rulebook), unit.file, text, state);
  }

  /** What the tree has to say of a file: helpers, and callers of those functions of it that are asked about and not static. */
  async elsewhere(unit: UnitIr, text: string, rulebook: Rulebook, asked: readonly FunctionIr[], state: TreeState = asItIs): Promise<Elsewhere> {
    const callers = new Map<string, readonly UnitIr[]>();
    const units = new Map<string, UnitIr>();
    for (const fn of asked) {
      await pause();
      if (fn.isStatic || !hasPageTableSteps(fn, rulebook)) continue;
      const paths = await this.#pathsCalling(fn.name, mostCallingFiles, state, unit.file);
      if (paths.length >= mostCallingFiles) continue;
      // One unit of each file, however many of the functions it calls: units that are read twice are there twice.
      for (const path of paths) if (!units.has(path)) units.set(path, await this.#unitAt(path, state));
      callers.set(fn.name, paths.map((path) => units.get(path)!));
    }
    return { helpers: await this.helpersOf(unit, text, rulebook, state), callers };
  }

  /** Units that define any of the functions, looked for where a file with this text may have them from. */
  async definitionsOf(wanted: ReadonlySet<string>, file: string, text: string, state: TreeState = asItIs): Promise<UnitIr[]> {
    return wanted.size === 0 ? [] : this.#unitsDefining((name) => wanted.has(name), file, text, state);
  }

  async #unitsDefining(isWanted: (name: string) => boolean, file: string, text: string, state: TreeState): Promise<UnitIr[]> {
    const found: UnitIr[] = [];
    for (const path of [...headersOf(file, text), ...coreFiles]) {
      await pause();
      if (path === file || found.some((u) => u.file === path)) continue;
      const source = await this.texts.text(path, state);
      if (source !== null && this.#units.definesAny(path, source, isWanted)) found.push(this.#units.unit(path, source));
      if (found.length >= mostUnits) break;
    }
    return found;
  }

  /** Units of the page-table code of the tree that call the function. */
  async callersOf(name: string, state: TreeState = asItIs): Promise<UnitIr[]> {
    const paths = await this.#pathsCalling(name, mostCallers, state, null);
    return Promise.all(paths.map((path) => this.#unitAt(path, state)));
  }

  /** The first files in which the function is called, in the order of their names. */
  async #pathsCalling(name: string, most: number, state: TreeState, except: string | null): Promise<readonly string[]> {
    if (state === asItIs) return (await this.texts.callingPaths(name)).filter((path) => path !== except).slice(0, most);
    if (!this.#tree.hasFiles) return [];
    const asked = this.#asked.get(state) ?? { times: 0, calls: null };
    this.#asked.set(state, asked);
    if (++asked.times <= mostSearches) return this.#searchPaths((source, path) => path !== except && callIn(source, name), most, state);
    const calls = await (asked.calls ??= this.texts.callIndex(state));
    return (calls.get(name) ?? []).filter((path) => path !== except).slice(0, most);
  }

  /** The unit of a file whose text is known: the one that others find as a helper's or caller's. */
  unitOfText(path: string, text: string): UnitIr {
    return this.#units.unit(path, text);
  }

  /** The file as it is before the patch; where its name is not known, the one that defines these functions. Or null. */
  async unitOf(path: string, names: ReadonlySet<string>, state: TreeState = asItIs): Promise<UnitIr | null> {
    const source = await this.texts.text(path, state);
    if (source !== null) return this.#units.unit(path, source);
    const [found] = !this.#tree.hasFiles ? [] : await this.#searchPaths((text, file) => this.#units.definesAny(file, text, (name) => names.has(name)), 1, state);
    return found === undefined ? null : this.#unitAt(found, state);
  }

  async #searchPaths(isWanted: (source: string, path: string) => boolean, most: number, state: TreeState): Promise<string[]> {
    const found: string[] = [];
    for (const path of await this.texts.listed(state)) {
      await pause();
      const source = await this.texts.text(path, state);
      if (source !== null && isWanted(source, path)) found.push(path);
      if (found.length >= most) break;
    }
    return found;
  }

  async #unitAt(path: string, state: TreeState): Promise<UnitIr> {
    return this.#units.unit(path, (await this.texts.text(path, state))!);
  }
}

/** Whether functions of the unit call what it does not define and no contract stands for: a file of hundreds of functions is not cut as a whole, let alone lowered, to find that out. */
function isMissing(unit: UnitIr, rulebook: Rulebook): (name: string) => boolean {
  const { index } = unit;
  if (index !== undefined) return (name) => rulebook.contract(name) === undefined && index.functions(name).length === 0 && index.isCalled(name);
  const called = namesCalledIn(unit);
  for (const fn of unit.functions) called.delete(fn.name);
  return (name) => called.has(name) && rulebook.contract(name) === undefined;
}

function callIn(source: string, name: string): boolean {
  const call = `${name}(`;
  for (let at = source.indexOf(call); at >= 0; at = source.indexOf(call, at + 1)) if (at === 0 || !/\w/.test(source[at - 1]!)) return true;
  return false;
}

function headersOf(file: string, text: string): string[] {
  const folder = file.includes("/") ? file.slice(0, file.lastIndexOf("/") + 1) : "";
  const included = Array.from(text.matchAll(/^#\s*include\s+([<"])([\w./-]+)[>"]/gm), (m) => (m[1] === "<" ? `include/${m[2]}` : `${folder}${m[2]}`));
  return included.filter((path) => !path.includes("..")).slice(0, mostHeaders);
}
