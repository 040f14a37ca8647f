/** Entry of the threads that review patches (src/util/pool.ts): each has its own grammar, rules and view of the tree. */
import { initC } from "./c/index.ts";
import type { PatchReport } from "./core/report.ts";
import type { ReviewRequest } from "./core/request.ts";
import { type PatchOptions, patchOptions } from "./patch-options.ts";
import type { PreparedPatch } from "./prepare-patch.ts";
import { reviewAndKeep } from "./kept-review.ts";
import { builtinRules, withPacks } from "./rulebook/index.ts";
import type { Answer } from "./thread-answer.ts";
import { threadTask } from "./thread-task.ts";
import { openTree } from "./tree/index.ts";
import type { Offer } from "./util/crew.ts";
import { poolSetup } from "./util/pool.ts";

export interface ReviewSetup {
  readonly request: Omit<ReviewRequest, "stdin">;
  /** Directory of the tree, or null. */
  readonly tree: string | null;
}

async function prepare(): Promise<PatchOptions> {
  const { request, tree } = poolSetup<ReviewSetup>();
  await initC();
  return patchOptions(request, tree === null ? null : await openTree(tree), await withPacks(builtinRules(), request.rules, request.cwd));
}

const task: (offer: Offer<PreparedPatch>) => Promise<Answer<PatchReport> | null> = threadTask(prepare, reviewAndKeep);
export default task;
