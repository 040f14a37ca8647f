/** Entry of the process that fuzz.ts starts: options as JSON in, messages over the channel out. */
import { type FuzzOptions, runCases } from "./runner.ts";

await runCases(JSON.parse(process.argv[2]!) as FuzzOptions, (message) => void process.send!(message));
process.disconnect();
