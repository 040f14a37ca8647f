/**
 * Results of earlier runs (`scan`, `review` with a tree). A result is good again when the program, the rules, the options
 * and the file or patch are the same, and so is every text of the tree that was looked at for it: helpers, headers,
 * callers, and which files call a function. So what is kept are findings, not summaries of helpers: a helper is run with
 * what its caller holds, and says something else to the next.
 */
import { join, relative, resolve } from "node:path";
import type { AnalysisRequest } from "./core/request.ts";
import type { Looked, TreeSources, TreeState } from "./helper-units.ts";
import type { CompiledRules } from "./rulebook/index.ts";
import { buildId } from "./util/build-id.ts";
import { sha1 } from "./util/digest.ts";
import { openStore, type ResultStore } from "./util/result-store.ts";

const mostBytes = 200 * 1024 * 1024;

interface Kept {
  readonly looked: readonly (readonly [string, Looked])[];
  readonly result: unknown;
}

/** Looks results up and keeps them, for one kind of work ("scan", "review") with one set of options. */
export class ResultCache {
  readonly #store: ResultStore;
  readonly #work: string;
  #put = false;

  private constructor(store: ResultStore, work: string) {
    this.#store = store;
    this.#work = work;
  }

  /** null when the request names no folder, one within the tree, or the program does not know its build. */
  static of(kind: string, request: AnalysisRequest, era: string, rules: CompiledRules, treeRoot: string): ResultCache | null {
    if (request.cache === undefined) return null;
    const folder = resolve(request.cwd, request.cache);
    const build = buildId();
    if (build === null || isWithin(folder, treeRoot)) return null;
    const { only, skip, strict, bound } = request;
    return new ResultCache(openStore(folder, mostBytes), sha1(JSON.stringify([kind, build, rules, era, only, skip, strict, bound])));
  }

  /** The result for this item, when all that was looked at for it is as it was; else undefined. */
  async find(item: string, sources: TreeSources, states?: readonly TreeState[]): Promise<unknown> {
    const kept = this.#store.get(this.#keyOf(item)) as Kept | null | undefined;
    if (!Array.isArray(kept?.looked)) return undefined;
    for (const [at, looked] of kept.looked) if ((await sources.lookAgain(at, states)) !== looked) return undefined;
    return kept.result;
  }

  /** `sources` has noted what was looked at for the result. */
  async keep(item: string, sources: TreeSources, result: unknown): Promise<void> {
    this.#put = true;
    this.#store.put(this.#keyOf(item), { looked: await sources.looked(), result } satisfies Kept);
  }

  /** To be called once at the end of a run. */
  close(): void {
    if (this.#put) this.#store.trim();
  }

  #keyOf(item: string): string {
    return sha1(`${this.#work}\0${item}`);
  }
}

function isWithin(folder: string, root: string): boolean {
  const path = relative(root, join(folder, "x"));
  return !path.startsWith("..");
}
