/** The folder where results and the cut files they are made of are kept for the next run, with what all keys begin with. */
import { relative, resolve } from "node:path";
import type { AnalysisRequest } from "./core/request.ts";
import { buildId } from "./util/build-id.ts";
import { isOthers, realPath } from "./util/folders.ts";
import { openStore, type ResultStore } from "./util/result-store.ts";

const mostBytes = 200 * 1024 * 1024;

export interface CacheFolder {
  readonly store: ResultStore;
  readonly build: string;
}

/** null when the request names no folder, one within the tree or one that others may write to, or the program does not know its build. */
export function cacheFolder(request: Pick<AnalysisRequest, "cache" | "cwd">, treeRoot: string): CacheFolder | null {
  if (request.cache === undefined) return null;
  const folder = resolve(request.cwd, request.cache);
  const build = buildId();
  return build === null || isWithin(folder, treeRoot) || isOthers(folder) ? null : { store: openStore(folder, mostBytes), build };
}

/** `root`: a real path. */
function isWithin(folder: string, root: string): boolean {
  return !/^\.\.(?:$|\/)/.test(relative(root, realPath(folder)));
}
