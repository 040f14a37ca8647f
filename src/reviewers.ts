/** Who reviews the patches: this thread, and others beside it as soon as there are enough patches for that to pay. */
import { initC } from "./c/index.ts";
import type { PatchReport } from "./core/report.ts";
import type { ReviewRequest } from "./core/request.ts";
import { keptReview, reviewAndKeep } from "./kept-review.ts";
import type { PatchOptions } from "./patch-options.ts";
import type { PreparedPatch } from "./prepare-patch.ts";
import type { ReviewSetup } from "./review-thread.ts";
import { type Answer, answerOf, resultOf } from "./thread-answer.ts";
import { openCrew } from "./util/crew.ts";
import { openPool } from "./util/pool.ts";
import { endShortRun } from "./util/short-run.ts";

/** To start a thread takes as long as this many patches do: whole functions of a tree are slower than hunks alone. */
const firstAlone = { hunks: 16, tree: 2 } as const;

export interface Reviewers {
  /** Patches that may be under way at a time. */
  readonly width: number;
  readonly review: (patch: PreparedPatch) => Promise<PatchReport>;
  readonly close: () => Promise<void>;
}

export function reviewersFor(request: ReviewRequest, options: PatchOptions): Reviewers {
  const { stdin: _stdin, ...plain } = request;
  const setup: ReviewSetup = { request: plain, tree: options.tree?.root ?? null };
  let reviewed = 0;
  const crew = openCrew<PreparedPatch, Answer<PatchReport>>({
    own: (patch) => answerOf(async () => initC().then(() => reviewAndKeep(patch, options))),
    threads: request.jobs - 1,
    open: (threads) => openPool("review-thread", setup, threads),
    alone: options.tree === null ? firstAlone.hunks : firstAlone.tree,
  });
  return {
    width: request.jobs === 1 ? 1 : 4 * request.jobs,
    review: async (patch) => {
      const kept = await keptReview(patch, options);
      if (kept !== null) return kept;
      if (reviewed++ > 0) endShortRun();
      return resultOf(await crew.run(patch));
    },
    close: async () => {
      await crew.close();
      options.sources?.close();
      options.cache?.close();
    },
  };
}
