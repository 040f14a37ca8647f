/** The process that runs the cases. It tells its parent which case it starts, so that a case without an end can be named. */
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { audit } from "./audit.ts";
import { mutatedInput } from "./mutate-mail.ts";
import { randomFrom } from "./random.ts";

export interface FuzzOptions {
  /** Files or folders of mails to start from. */
  readonly corpus: readonly string[];
  readonly seed: number;
  /** First case; each case depends on the seed and its number alone. */
  readonly from: number;
  readonly seconds: number;
  readonly out: string;
  /** The tree that the patches are reviewed on, or null. */
  readonly tree: string | null;
}

export type FuzzMessage =
  | { readonly kind: "start"; readonly number: number }
  | { readonly kind: "failed"; readonly number: number; readonly text: string }
  | { readonly kind: "end"; readonly cases: number; readonly mails: number; readonly failed: number; readonly slowest: number; readonly slowestCase: number; readonly heapMb: readonly number[] };

/** One mail each; a mailbox is cut at its separators. */
function loadMails(paths: readonly string[]): Buffer[] {
  return paths.flatMap((path) => {
    if (statSync(path).isDirectory()) return loadMails(readdirSync(path).toSorted().map((name) => join(path, name)));
    if (!/\.(?:mbox|eml|patch|diff|txt)$/.test(path)) return [];
    return readFileSync(path, "latin1").split(/\n(?=From \S+ \w{3} \w{3} )/).map((mail) => Buffer.from(`${mail}\n`, "latin1"));
  });
}

function caseOf(mails: readonly Buffer[], seed: number, number: number): Buffer {
  return mutatedInput(mails, randomFrom(Math.imul(seed, 1_000_003) + number));
}

function heapMb(): number {
  globalThis.gc?.();
  return Math.round(process.memoryUsage().heapUsed / 1e6);
}

export async function runCases(options: FuzzOptions, tell: (message: FuzzMessage) => void): Promise<void> {
  const mails = loadMails(options.corpus);
  mkdirSync(options.out, { recursive: true });
  const path = join(options.out, `case-${process.pid}.mbox`);
  const end = Date.now() + options.seconds * 1000;
  const heap: number[] = [];
  let [count, failed, slowest, slowestCase, number] = [0, 0, 0, 0, options.from];
  for (; Date.now() < end; number++) {
    tell({ kind: "start", number });
    writeFileSync(path, caseOf(mails, options.seed, number));
    const start = performance.now();
    try {
      count += await audit(path, options.out, options.tree);
    } catch (error) {
      failed++;
      writeFileSync(join(options.out, `failed-${options.seed}-${number}.mbox`), readFileSync(path));
      tell({ kind: "failed", number, text: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    }
    const took = performance.now() - start;
    if (took > slowest) [slowest, slowestCase] = [took, number];
    if (took > 10_000) writeFileSync(join(options.out, `slow-${options.seed}-${number}.mbox`), readFileSync(path));
    if ((number - options.from) % 500 === 0) heap.push(heapMb());
  }
  rmSync(path, { force: true });
  tell({ kind: "end", cases: number - options.from, mails: count, failed, slowest: Math.round(slowest), slowestCase, heapMb: heap });
}
