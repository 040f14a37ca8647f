/** The process around the command line: real streams, signals, closed pipes, exit. bin/mmreview.js calls it and nothing else. */
import { beginShortRun } from "../util/short-run.ts";
import { exitCode } from "./exit-codes.ts";
import { executeCli, type Surroundings } from "./execute.ts";
import type { Streams } from "./context.ts";
import { eraseLine } from "./progress.ts";

const signals = { SIGINT: 130, SIGTERM: 143 } as const;

/** To look at process.stdin opens it, which takes a millisecond that a run over files need not pay. */
const stdin: Streams["stdin"] = {
  get isTTY() {
    return process.stdin.isTTY;
  },
  [Symbol.asyncIterator]: () => process.stdin[Symbol.asyncIterator](),
};

/** Ends the process when its event loop has nothing left to wait for though the work has not ended: that is never a clean end. */
function refuseSilence(hasEnded: () => boolean): void {
  process.once("exit", (code) => {
    // 13: somebody waits for what will never come.
    if (hasEnded() || (code !== 0 && code !== 13)) return;
    process.exitCode = exitCode.internal;
    process.stderr.write("mmreview: ended before its work did: this is a bug of mmreview; nothing was reviewed.\n");
  });
}

export async function main(surroundings: Partial<Surroundings> = {}): Promise<void> {
  beginShortRun();
  let ended = false;
  refuseSilence(() => ended);
  for (const [signal, code] of Object.entries(signals)) {
    process.once(signal, () => {
      process.stderr.write(`${process.stderr.isTTY ? eraseLine : ""}mmreview: stopped by ${signal}\n`);
      process.exit(code);
    });
  }
  // A write's own callback brings its error to who waits for it; without a listener the event would end the process first.
  process.stdout.on("error", () => {});
  process.stderr.on("error", () => {});
  const code = await executeCli(process.argv.slice(2), { stdin, stdout: process.stdout, stderr: process.stderr }, process.env, surroundings);
  ended = true;
  process.exit(code);
}
