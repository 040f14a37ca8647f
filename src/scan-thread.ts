/** Entry of the threads that scan files (src/util/pool.ts): each has its own grammar, rules and view of the tree. */
import { initC } from "./c/index.ts";
import type { ScanRequest } from "./core/request.ts";
import { builtinRules, withPacks } from "./rulebook/index.ts";
import { type FileScan, type ScanContext, scanContext, scanRun } from "./scan-file.ts";
import type { Answer } from "./thread-answer.ts";
import { threadTask } from "./thread-task.ts";
import { openTree } from "./tree/index.ts";
import type { Offer } from "./util/crew.ts";
import { poolSetup } from "./util/pool.ts";

export interface ScanSetup {
  readonly request: ScanRequest;
  readonly era: string;
  /** Directory of the tree. */
  readonly tree: string;
}

async function prepare(): Promise<ScanContext> {
  const { request, era, tree } = poolSetup<ScanSetup>();
  await initC();
  return scanContext(request, era, await openTree(tree), await withPacks(builtinRules(), request.rules, request.cwd));
}

const task: (offer: Offer<readonly string[]>) => Promise<Answer<readonly FileScan[]> | null> = threadTask(prepare, scanRun);
export default task;
