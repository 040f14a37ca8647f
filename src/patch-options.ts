/** What the review of every patch needs to know of the request, made from it once (and once in each thread). */
import { cacheFolder } from "./cache-folder.ts";
import type { RuleId } from "./core/finding.ts";
import type { AnalysisRequest, ReviewRequest } from "./core/request.ts";
import { TreeSources } from "./helper-units.ts";
import { TreeUnits } from "./tree-units.ts";
import { KeptSummaries } from "./kept-summaries.ts";
import { ResultCache } from "./result-cache.ts";
import type { CompiledRules } from "./rulebook/index.ts";
import type { Tree } from "./tree/index.ts";

export interface PatchOptions {
  readonly tree: Tree | null;
  readonly sources: TreeSources | null;
  readonly rules: CompiledRules;
  readonly kernel: string | null;
  readonly base: string | null;
  readonly all: boolean;
  readonly strict: boolean;
  /** Most states of one run of the simulator, or null for its default. */
  readonly bound: number | null;
  /** Also take pictures of the page tables along each trace. */
  readonly pictures: boolean;
  readonly wants: (rule: RuleId) => boolean;
  /** Results of earlier runs; null where there is no tree to speak of. */
  readonly cache: ResultCache | null;
}

export function patchOptions(request: Omit<ReviewRequest, "stdin">, tree: Tree | null, rules: CompiledRules): PatchOptions {
  const folder = tree === null ? null : cacheFolder(request, tree.root);
  return {
    tree,
    sources: tree === null ? null : new TreeSources(tree, new TreeUnits(new KeptSummaries(folder))),
    rules,
    kernel: request.kernel,
    base: request.base,
    all: request.all,
    strict: request.strict,
    bound: request.bound,
    pictures: request.pictures ?? false,
    wants: wanted(request),
    cache: ResultCache.of(`review ${request.all} ${request.pictures ?? false}`, folder, request, "", rules),
  };
}

export function wanted(request: AnalysisRequest): (rule: RuleId) => boolean {
  return (rule) => (request.only.length === 0 || request.only.includes(rule)) && !request.skip.includes(rule);
}
