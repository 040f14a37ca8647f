/** What threads can be started with (src/util/pool.ts), by name. The command line as one file holds them too (scripts/bundle.ts). */
import type { PatchReport } from "./core/report.ts";
import type { PreparedPatch } from "./prepare-patch.ts";
import type { FileScan } from "./scan-file.ts";
import type { Answer } from "./thread-answer.ts";
import type { Offer } from "./util/crew.ts";

export interface ThreadTasks {
  readonly "review-thread": (offer: Offer<PreparedPatch>) => Promise<Answer<PatchReport> | null>;
  readonly "scan-thread": (offer: Offer<readonly string[]>) => Promise<Answer<readonly FileScan[]> | null>;
}

export const threadTasks: { readonly [Name in keyof ThreadTasks]: () => Promise<ThreadTasks[Name]> } = {
  "review-thread": async () => (await import("./review-thread.ts")).default,
  "scan-thread": async () => (await import("./scan-thread.ts")).default,
};
