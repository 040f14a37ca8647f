/**
 * The texts of a tree's files in the states that a review looks at, each read once, and what is called in them. A view may note what is
 * looked at: a later run that finds the same there may take over what this one made of it (result-cache.ts).
 */
import type { Base } from "./core/image.ts";
import { emptyStack, GitFailure, listSources, type Stack, textAtBase, type Tree } from "./tree/index.ts";
import { sha1 } from "./util/digest.ts";
import { Recent } from "./util/recent.ts";
import { pause } from "./util/slices.ts";

/** Where callers of changed functions are looked for. */
const callerPaths: readonly string[] = ["mm", "fs/proc", "fs/userfaultfd.c", "fs/dax.c", "fs/hugetlbfs", "fs/exec.c", "kernel/events", "kernel/fork.c", "kernel/sched/fair.c", "arch/*/mm", "include/linux/mm.h", "include/linux/rmap.h", "include/linux/hugetlb.h", "include/linux/huge_mm.h"];

/** A state of the tree: where a patch applies, with what the series has changed so far. */
export interface TreeState {
  readonly base: Base;
  readonly stack: Stack;
}

/** The tree as it lies there. */
export const asItIs: TreeState = { base: { kind: "none", id: "" }, stack: emptyStack };

/** What was found at a place that was looked at: a digest, a list of paths, or "none". */
export type Looked = string;

/** Characters kept of files as they were read; twice as many for a while. */
const mostText = 8_000_000;

/** What all views of one tree have in common. */
interface Shared {
  readonly texts: Recent<{ readonly text: string | null }>;
  readonly digests: Map<string, Promise<Looked>>;
  files: Promise<readonly string[]> | null;
  calls: Promise<ReadonlyMap<string, readonly string[]>> | null;
}

export class TreeTexts {
  readonly #tree: Tree;
  readonly #shared: Shared;
  /** Keys of lookAgain(), and the states that they speak of; null when nobody wants to know. */
  readonly #noted: { readonly states: readonly TreeState[]; readonly looked: Map<string, Promise<Looked>> } | null;

  constructor(tree: Tree, noting: { readonly shared: Shared; readonly states: readonly TreeState[] } | null = null) {
    this.#tree = tree;
    this.#shared = noting?.shared ?? { texts: new Recent(mostText), digests: new Map(), files: null, calls: null };
    this.#noted = noting && { states: noting.states, looked: new Map() };
  }

  /** The same tree, noting what is looked at in these states of it. */
  noting(states: readonly TreeState[]): TreeTexts {
    return new TreeTexts(this.#tree, { shared: this.#shared, states });
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

  /** The files of page-table code. */
  listed(state: TreeState): Promise<readonly string[]> {
    this.#note("list", "", state);
    return this.#listed();
  }

  #listed(): Promise<readonly string[]> {
    return (this.#shared.files ??= listSources(this.#tree, callerPaths, true));
  }

  /** The files of page-table code in which the function is called, in the tree as it lies there. */
  callingPaths(name: string): Promise<readonly string[]> {
    this.#note("calls", name, asItIs);
    return this.#callingPaths(name);
  }

  async #callingPaths(name: string): Promise<readonly string[]> {
    return (await (this.#shared.calls ??= this.callIndex(asItIs))).get(name) ?? [];
  }

  /** Files by the names of what they call. A tree that is scanned does not change, and is asked of every function. */
  async callIndex(state: TreeState): Promise<ReadonlyMap<string, readonly string[]>> {
    const index = new Map<string, string[]>();
    for (const path of await (state === asItIs ? this.#listed() : this.listed(state))) {
      await pause();
      const source = await (state === asItIs ? this.#read(path, state) : this.text(path, state));
      for (const name of new Set((source ?? "").match(/\b[A-Za-z_]\w*(?=\()/g))) {
        const known = index.get(name);
        if (known === undefined) index.set(name, [path]);
        else known.push(path);
      }
    }
    return index;
  }

  text(path: string, state: TreeState): Promise<string | null> {
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
}

/** Name of a text that is the same each time; null for one that the patches before have changed. */
function keyOf(path: string, { base, stack }: TreeState): string | null {
  return stack.files.has(path) ? null : `${base.kind} ${base.id} ${path}`;
}
