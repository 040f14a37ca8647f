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
import { endShortRun, expectManyPatches } from "./util/short-run.ts";

/** To start a thread takes as long as this many patches do: whole functions of a tree are slower than hunks alone. */
const firstAlone = { hunks: 16, tree: 2 } as const;

/** So many patches without a tree, and what they run will be run by many more. */
const many = 32;

export interface Reviewers {
  /** Patches that may be under way at a time. */
  readonly width: number;
  readonly review: (patch: PreparedPatch) => Promise<PatchReport>;
  /** So many patches were seen in the inputs: threads can start while the inputs are still read. */
  readonly expect: (patches: number) => void;
  readonly close: () => Promise<void>;
}

export function reviewersFor(request: ReviewRequest, options: PatchOptions): Reviewers {
  const { stdin: _stdin, ...plain } = request;
  const setup: ReviewSetup = { request: plain, tree: options.tree?.root ?? null };
  let reviewed = 0;
  const alone = options.tree === null ? firstAlone.hunks : firstAlone.tree;
  /** What earlier runs have kept may leave nothing to do. */
  const isNew = options.cache === null && request.resume === undefined;
  const crew = openCrew<PreparedPatch, Answer<PatchReport>>({
    own: (patch) => answerOf(async () => initC().then(() => reviewAndKeep(patch, options))),
    threads: request.jobs - 1,
    open: (threads, died) => openPool("review-thread", setup, threads, died),
    alone,
  });
  return {
    width: request.jobs === 1 ? 1 : 4 * request.jobs,
    review: async (patch) => {
      const kept = await keptReview(patch, options);
      if (kept !== null) return kept;
      if (reviewed++ > 0) endShortRun();
      if (reviewed === many && options.tree === null) expectManyPatches();
      return resultOf(await crew.run(patch));
    },
    expect: (patches) => {
      if (!isNew || patches <= alone) return;
      // Before threads are started: they take compiled code under no other flags (scripts/bundle.ts).
      endShortRun();
      crew.expect(patches);
    },
    close: async () => {
      await crew.close();
      options.sources?.close();
      options.cache?.close();
    },
  };
}
