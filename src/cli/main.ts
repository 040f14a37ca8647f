/** The process around the command line: real streams, signals, closed pipes, exit. bin/mmreview.js calls it and nothing else. */
import { executeCli, type Surroundings } from "./execute.ts";
import { eraseLine } from "./progress.ts";

const signals = { SIGINT: 130, SIGTERM: 143 } as const;

export async function main(surroundings: Partial<Surroundings> = {}): Promise<void> {
  for (const [signal, code] of Object.entries(signals)) {
    process.once(signal, () => {
      process.stderr.write(`${process.stderr.isTTY ? eraseLine : ""}mmreview: stopped by ${signal}\n`);
      process.exit(code);
    });
  }
  // A write's own callback brings its error to who waits for it; without a listener the event would end the process first.
  process.stdout.on("error", () => {});
  process.stderr.on("error", () => {});
  process.exit(await executeCli(process.argv.slice(2), process, process.env, surroundings));
}
