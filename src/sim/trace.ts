/** Turns a replayed interleaving into the trace that people read. */
import { printStep } from "../c/index.ts";
import type { TraceStep } from "../core/finding.ts";
import type { Fault } from "./world/property.ts";
import type { ReplayedStep } from "./run/simulation.ts";

export type Lines = ReadonlyMap<string, readonly string[]>;

export interface TracedStep {
  readonly step: TraceStep;
  /** How many of the replayed steps are done when this one is. */
  readonly done: number;
}

/** Steps in order; what one call did without another CPU in between is one step. The last says what broke. */
export function traceSteps(steps: readonly ReplayedStep[], fault: Fault, lines: Lines): TracedStep[] {
  const trace: { cpu: number; file: string; line: number; text: string; effects: string[]; done: number }[] = [];
  for (const [index, step] of steps.entries()) {
    const { file, line } = step.place;
    const text = lines.get(file)?.[line - 1]?.trim() ?? (step.place.step === null ? "return" : printStep(step.place.step));
    const last = trace[trace.length - 1];
    if (last !== undefined && last.cpu === step.thread && last.file === file && last.line === line) {
      last.effects.push(...step.notes);
      last.done = index + 1;
    } else trace.push({ cpu: step.thread, file, line, text: text === "}" ? "return" : text, effects: [...step.notes], done: index + 1 });
  }
  const last = trace[trace.length - 1];
  const said = `${fault.text}  <-- ${fault.rule}`;
  if (last !== undefined && (fault.thread < 0 || fault.thread === last.cpu)) last.effects.push(said);
  else trace.push({ cpu: Math.max(fault.thread, 0), file: fault.file, line: fault.line, text: "", effects: [said], done: steps.length });
  return trace.map(({ effects, done, ...step }) => ({ step: { ...step, effect: shorten(effects).join("; ") }, done }));
}

/** Leaves out looks at an entry that the same step looks at or changes again. */
function shorten(effects: readonly string[]): string[] {
  return effects.filter((e, i) => !effects.slice(i + 1).includes(e));
}
