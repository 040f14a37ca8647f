/**
 * Results of earlier runs (`scan`, `review` with a tree). A result is good again when the program, the rules, the options
 * and the file or patch are the same, and so is every text of the tree that was looked at for it: helpers, headers,
 * callers, and which files call a function. What other patches on the same tree need as well is kept apart (kept-summaries.ts).
 */
import type { CacheFolder } from "./cache-folder.ts";
import type { AnalysisRequest } from "./core/request.ts";
import type { TreeSources } from "./helper-units.ts";
import type { Looked, TreeState } from "./tree-texts.ts";
import type { CompiledRules } from "./rulebook/index.ts";
import { sha1 } from "./util/digest.ts";
import type { ResultStore } from "./util/result-store.ts";

interface Kept {
  readonly looked: readonly (readonly [string, Looked])[];
  readonly result: unknown;
}

/** Looks results up and keeps them, for one kind of work ("scan", "review") with one set of options. */
export class ResultCache {
  readonly #store: ResultStore;
  readonly #work: string;
  /** Something was or will be put, by this thread or another. */
  #missed = false;

  private constructor(store: ResultStore, work: string) {
    this.#store = store;
    this.#work = work;
  }

  static of(kind: string, folder: CacheFolder | null, request: AnalysisRequest, era: string, rules: CompiledRules): ResultCache | null {
    if (folder === null) return null;
    const { only, skip, strict, bound } = request;
    return new ResultCache(folder.store, sha1(JSON.stringify([kind, folder.build, rules, era, only, skip, strict, bound])));
  }

  /** The result for this item, when all that was looked at for it is as it was; else undefined. */
  async find(item: string, sources: TreeSources, states?: readonly TreeState[]): Promise<unknown> {
    const kept = this.#store.get(this.#keyOf(item)) as Kept | null | undefined;
    if (Array.isArray(kept?.looked) && (await isAsItWas(kept.looked, sources, states))) return kept.result;
    this.#missed = true;
    return undefined;
  }

  /** `sources` has noted what was looked at for the result. */
  async keep(item: string, sources: TreeSources, result: unknown): Promise<void> {
    this.#store.put(this.#keyOf(item), { looked: await sources.texts.looked(), result } satisfies Kept);
  }

  /** To be called once at the end of a run. */
  close(): void {
    if (this.#missed) this.#store.trim();
  }

  #keyOf(item: string): string {
    return sha1(`${this.#work}\0${item}`);
  }
}

async function isAsItWas(looked: Kept["looked"], sources: TreeSources, states?: readonly TreeState[]): Promise<boolean> {
  for (const [at, found] of looked) if ((await sources.texts.lookAgain(at, states)) !== found) return false;
  return true;
}
