/** Who reviews the patches: this thread, or a pool of threads as soon as there are enough patches for one to pay. */
import { initC } from "./c/index.ts";
import type { PatchReport } from "./core/report.ts";
import type { ReviewRequest } from "./core/request.ts";
import { keptReview, reviewAndKeep } from "./kept-review.ts";
import type { PatchOptions } from "./patch-options.ts";
import type { PreparedPatch } from "./prepare-patch.ts";
import type { ReviewSetup } from "./review-thread.ts";
import { type Answer, resultOf } from "./thread-answer.ts";
import { openPool, type Pool } from "./util/pool.ts";
import { endShortRun } from "./util/short-run.ts";

/** To start a thread takes as long as this many patches do: whole functions of a tree are slower than hunks alone. */
const firstAlone = { hunks: 32, tree: 4 } as const;

export interface Reviewers {
  /** Patches that may be under way at a time. */
  readonly width: number;
  readonly review: (patch: PreparedPatch) => Promise<PatchReport>;
  readonly close: () => Promise<void>;
}

export function reviewersFor(request: ReviewRequest, options: PatchOptions): Reviewers {
  const { stdin: _stdin, ...plain } = request;
  const setup: ReviewSetup = { request: plain, tree: options.tree?.root ?? null };
  let left: number = options.tree === null ? firstAlone.hunks : firstAlone.tree;
  let reviewed = 0;
  let pool: Promise<Pool<PreparedPatch, Answer<PatchReport>>> | null = null;
  return {
    width: request.jobs === 1 ? 1 : 4 * request.jobs,
    review: async (patch) => {
      const kept = await keptReview(patch, options);
      if (kept !== null) return kept;
      if (reviewed++ > 0) endShortRun();
      if (request.jobs === 1 || left-- > 0) {
        await initC();
        return reviewAndKeep(patch, options);
      }
      pool ??= openPool("review-thread", setup, request.jobs);
      return resultOf(await (await pool).run(patch));
    },
    close: async () => {
      await (await pool)?.close();
      options.sources?.close();
      options.cache?.close();
    },
  };
}
