/**
 * Functions of the tree that reviewed functions call: from headers that the file includes and from the core files of
 * mm/. A helper that takes or releases a lock is only known by its body.
 */
import { calledIn, cutText, functionsAt, functionsNamed, lowerCut, namesCalledIn, type Outline, recordsNamed, tablesWith } from "./c/index.ts";
import { type Elsewhere, hasPageTableSteps } from "./check/index.ts";
import type { FunctionIr, UnitIr } from "./c/ir.ts";
import type { Base } from "./core/image.ts";
import type { KeptSummaries } from "./kept-summaries.ts";
import { sha1 } from "./util/digest.ts";
import { Recent } from "./util/recent.ts";
import { pause } from "./util/slices.ts";
import type { Rulebook } from "./rulebook/rulebook.ts";
import { emptyStack, GitFailure, listSources, type Stack, textAtBase, type Tree } from "./tree/index.ts";

/** Where helpers of page-table code live (6.12); files that a tree does not have are passed over. */
const coreFiles: readonly string[] = [
  "mm/memory.c", "mm/huge_memory.c", "mm/hugetlb.c", "mm/rmap.c", "mm/pgtable-generic.c", "mm/userfaultfd.c",
  "mm/mremap.c", "mm/mprotect.c", "mm/khugepaged.c", "mm/migrate.c", "mm/page_vma_mapped.c", "mm/pagewalk.c", "mm/internal.h",
  "include/linux/mm.h", "include/linux/pgtable.h", "include/linux/huge_mm.h", "include/linux/hugetlb.h",
];

/** Where callers of changed functions are looked for. */
const callerPaths: readonly string[] = ["mm", "fs/proc", "fs/userfaultfd.c", "fs/dax.c", "fs/hugetlbfs", "fs/exec.c", "kernel/events", "kernel/fork.c", "kernel/sched/fair.c", "arch/*/mm", "include/linux/mm.h", "include/linux/rmap.h", "include/linux/hugetlb.h", "include/linux/huge_mm.h"];

const mostHeaders = 64;
const mostCallers = 40;
const mostUnits = 12;
/** Searches of the files for one name each, which are quick; an index of all names takes as long as a hundred of them. */
const mostSearches = 64;
/** A function that is called from more files is a helper of many, which its callers say little about. */
const mostCallingFiles = 6;

/** A state of the tree: where a patch applies, with what the series has changed so far. */
export interface TreeState {
  readonly base: Base;
  readonly stack: Stack;
}

/** The texts that units were made of. */
const sourceOf = new WeakMap<UnitIr, string>();

const asItIs: TreeState = { base: { kind: "none", id: "" }, stack: emptyStack };

/** Characters kept of files as they were read, of those that are cut (some five bytes for each), and of those that are lowered (some fifty); twice as many for a while. */
const mostText = 8_000_000;
const mostCut = 8_000_000;
const mostLowered = 1_500_000;

/** What is known of one state of a file. */
interface Known {
  readonly source: string;
  cut: Outline | null;
  defines: readonly string[] | null;
}

/** What was found at a place that was looked at: a digest, a list of paths, or "none". */
export type Looked = string;

/** What all views of one tree have in common. */
interface Shared {
  readonly texts: Recent<{ readonly text: string | null }>;
  readonly digests: Map<string, Promise<Looked>>;
  readonly known: Recent<Known>;
  /** Lowered bodies stay with their unit, so this is where most of the memory of a long run is. */
  readonly units: Recent<UnitIr>;
  /** All that are still there, because somebody uses them or nobody has cleared them away yet: no body of theirs is lowered a second time. */
  readonly unitsLeft: Map<string, WeakRef<UnitIr>>;
  files: Promise<readonly string[]> | null;
  calls: Promise<ReadonlyMap<string, readonly string[]>> | null;
}

/** Reads and lowers the files of a tree that are asked for, once for each state. */
export class TreeSources {
  readonly #tree: Tree;
  readonly #kept: KeptSummaries;
  readonly #shared: Shared;
  /** Keys of lookAgain(), and the states that they speak of; null when nobody wants to know. */
  readonly #noted: { readonly states: readonly TreeState[]; readonly looked: Map<string, Promise<Looked>> } | null;

  /** How often callers were looked for in a state other than the tree's own, and what calls what there once that is often. */
  readonly #asked = new WeakMap<TreeState, { times: number; calls: Promise<ReadonlyMap<string, readonly string[]>> | null }>();

  /** `kept`: what earlier runs have found out of its files. */
  constructor(tree: Tree, kept: KeptSummaries, noting: { readonly shared: Shared; readonly states: readonly TreeState[] } | null = null) {
    this.#tree = tree;
    this.#kept = kept;
    this.#shared = noting?.shared ?? { texts: new Recent(mostText), digests: new Map(), known: new Recent(mostCut), units: new Recent(mostLowered), unitsLeft: new Map(), files: null, calls: null };
    this.#noted = noting && { states: noting.states, looked: new Map() };
  }

  /** The same tree, noting what is looked at in these states of it. */
  noting(states: readonly TreeState[] = [asItIs]): TreeSources {
    return new TreeSources(this.#tree, this.#kept, { shared: this.#shared, states });
  }

  /** To be called once, at the end of a run. */
  close(): void {
    this.#kept.close();
  }

  /** All that this view has looked at, and what it found there. */
  async looked(): Promise<(readonly [string, Looked])[]> {
    return Promise.all(Array.from(this.#noted?.looked ?? [], async ([at, found]) => [at, await found] as const));
  }

  /** What is found now at a place that was looked at in one of the states. */
  async lookAgain(at: string, states: readonly TreeState[] = [asItIs]): Promise<Looked> {
    const [number, kind, name] = at.split(" ") as [string, string, string];
    const state = states[Number(number)];
    // Whoever looks at a state that was not announced is not to be believed a second time.
    if (state === undefined) return "unknown state";
    if (kind === "text") return this.#digest(name, state);
    return kind === "calls" ? (await this.#callingPaths(name)).join(",") : sha1((await this.#listed()).join("\n"));
  }

  #note(kind: "text" | "calls" | "list", name: string, state: TreeState): void {
    if (this.#noted === null) return;
    const { states, looked } = this.#noted;
    const at = `${states.indexOf(state)} ${kind} ${name}`;
    if (!looked.has(at)) looked.set(at, states.includes(state) ? this.lookAgain(at, states) : Promise.resolve("state"));
  }

  #digest(path: string, state: TreeState): Promise<Looked> {
    const key = keyOf(path, state);
    const known = key === null ? undefined : this.#shared.digests.get(key);
    if (known !== undefined) return known;
    const made = this.#read(path, state).then((text) => (text === null ? "none" : sha1(text)));
    if (key !== null) this.#shared.digests.set(key, made);
    return made;
  }

  #listed(): Promise<readonly string[]> {
    return (this.#shared.files ??= listSources(this.#tree, callerPaths, true));
  }

  async #callingPaths(name: string): Promise<readonly string[]> {
    return (await (this.#shared.calls ??= this.#callIndex(asItIs))).get(name) ?? [];
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
      const source = await this.#text(path, state);
      if (source !== null && this.#definesAny(path, source, isWanted)) found.push(this.#unit(path, source));
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
    if (state === asItIs) {
      this.#note("calls", name, state);
      return (await this.#callingPaths(name)).filter((path) => path !== except).slice(0, most);
    }
    if (!this.#tree.hasFiles) return [];
    const asked = this.#asked.get(state) ?? { times: 0, calls: null };
    this.#asked.set(state, asked);
    if (++asked.times <= mostSearches) return this.#searchPaths((source, path) => path !== except && callIn(source, name), most, state);
    const calls = await (asked.calls ??= this.#callIndex(state));
    return (calls.get(name) ?? []).filter((path) => path !== except).slice(0, most);
  }

  /** Files by the names of what they call. A tree that is scanned does not change, and is asked of every function. */
  async #callIndex(state: TreeState): Promise<ReadonlyMap<string, readonly string[]>> {
    const index = new Map<string, string[]>();
    if (state !== asItIs) this.#note("list", "", state);
    for (const path of await this.#listed()) {
      await pause();
      const source = await (state === asItIs ? this.#read(path, state) : this.#text(path, state));
      for (const name of new Set(Array.from((source ?? "").matchAll(/\b([A-Za-z_]\w*)\(/g), (match) => match[1]!))) {
        const known = index.get(name);
        if (known === undefined) index.set(name, [path]);
        else known.push(path);
      }
    }
    return index;
  }

  /** The unit of a file whose text is known: the one that others find as a helper's or caller's. */
  unitOfText(path: string, text: string): UnitIr {
    return this.#unit(path, text);
  }

  /** The file as it is before the patch; where its name is not known, the one that defines these functions. Or null. */
  async unitOf(path: string, names: ReadonlySet<string>, state: TreeState = asItIs): Promise<UnitIr | null> {
    const source = await this.#text(path, state);
    if (source !== null) return this.#unit(path, source);
    const [found] = !this.#tree.hasFiles ? [] : await this.#searchPaths((text, file) => this.#definesAny(file, text, (name) => names.has(name)), 1, state);
    return found === undefined ? null : this.#unitAt(found, state);
  }

  async #searchPaths(isWanted: (source: string, path: string) => boolean, most: number, state: TreeState): Promise<string[]> {
    this.#note("list", "", state);
    const found: string[] = [];
    for (const path of await this.#listed()) {
      await pause();
      const source = await this.#text(path, state);
      if (source !== null && isWanted(source, path)) found.push(path);
      if (found.length >= most) break;
    }
    return found;
  }

  async #unitAt(path: string, state: TreeState): Promise<UnitIr> {
    return this.#unit(path, (await this.#text(path, state))!);
  }

  #text(path: string, state: TreeState): Promise<string | null> {
    this.#note("text", path, state);
    return this.#read(path, state);
  }

  async #read(path: string, state: TreeState): Promise<string | null> {
    const key = keyOf(path, state);
    const known = key === null ? undefined : this.#shared.texts.find(key);
    if (known) return known.text;
    const text = await this.#fetch(path, state);
    if (key !== null) this.#shared.texts.keep(key, text?.length ?? 1, { text });
    return text;
  }

  /** A repository that fails is named by the tree stage; here it means one helper less. */
  async #fetch(path: string, { base, stack }: TreeState): Promise<string | null> {
    try {
      return await textAtBase(this.#tree, base, path, stack);
    } catch (error) {
      if (error instanceof GitFailure) return null;
      throw error;
    }
  }

  #unit(path: string, source: string): UnitIr {
    const { units, unitsLeft } = this.#shared;
    const before = unitsLeft.get(path)?.deref();
    const unit = before !== undefined && sourceOf.get(before) === source ? before : this.#lowered(path, source);
    units.keep(path, source.length, unit);
    unitsLeft.set(path, new WeakRef(unit));
    return unit;
  }

  #lowered(path: string, source: string): UnitIr {
    const cut = (this.#known(path, source).cut ??= cutText(path, source));
    const unit = lowerCut(cut, this.#kept.of(source));
    sourceOf.set(unit, source);
    return unit;
  }

  #definesAny(path: string, source: string, isWanted: (name: string) => boolean): boolean {
    const known = this.#known(path, source);
    known.defines ??= definitions(source);
    return known.defines.some(isWanted);
  }

  #known(path: string, source: string): Known {
    const before = this.#shared.known.find(path);
    if (before?.source === source) return before;
    const made: Known = { source, cut: null, defines: null };
    this.#shared.known.keep(path, source.length, made);
    return made;
  }
}

/** Name of a text that is the same each time; null for one that the patches before have changed. */
function keyOf(path: string, { base, stack }: TreeState): string | null {
  return stack.files.has(path) ? null : `${base.kind} ${base.id} ${path}`;
}

/** What the other files of a patch tell: functions that are there in full. A part of a function says too little of its effects. */
export function wholeFunctions(unit: UnitIr): UnitIr {
  const whole = (functions: readonly FunctionIr[]): FunctionIr[] => functions.filter((fn) => !fn.partial && fn.headKnown && fn.unreadable.length === 0);
  return {
    file: unit.file,
    index: {
      functions: (name) => whole(functionsNamed(unit, name)),
      mentioning: (word) => whole(unit.index?.mentioning(word) ?? unit.functions),
      isCalled: (name) => whole(unit.index?.mentioning(name) ?? unit.functions).some((fn) => calledIn(fn).has(name)),
      at: (lines) => whole(functionsAt(unit, lines)),
      records: (name) => recordsNamed(unit, name),
      tables: (value) => tablesWith(unit, value),
    },
    get functions() {
      return whole(unit.functions);
    },
    get records() {
      return unit.records;
    },
    get opsTables() {
      return unit.opsTables;
    },
    get unreadable() {
      return unit.unreadable;
    },
  };
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

/** A definition stands at the start of a line, as kernel style has it: "static int name(" and no semicolon before. */
function definitions(source: string): string[] {
  return Array.from(source.matchAll(/^[a-z][^\n;=(){}]*?\b(\w+)\(/gm), (match) => match[1]!);
}

function headersOf(file: string, text: string): string[] {
  const folder = file.includes("/") ? file.slice(0, file.lastIndexOf("/") + 1) : "";
  const included = Array.from(text.matchAll(/^#\s*include\s+([<"])([\w./-]+)[>"]/gm), (m) => (m[1] === "<" ? `include/${m[2]}` : `${folder}${m[2]}`));
  return included.filter((path) => !path.includes("..")).slice(0, mostHeaders);
}
