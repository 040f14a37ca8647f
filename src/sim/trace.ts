/** Turns a replayed interleaving into the trace that people read, and that trace into the table of commit logs. */
import { printStep } from "../c/index.ts";
import type { Trace, TraceStep } from "../core/finding.ts";
import type { Fault } from "./world/property.ts";
import type { ReplayedStep } from "./run/simulation.ts";

export type Lines = ReadonlyMap<string, readonly string[]>;

/** Steps in order; what one call did without another CPU in between is one step. The last says what broke. */
export function traceSteps(steps: readonly ReplayedStep[], fault: Fault, lines: Lines): TraceStep[] {
  const trace: { cpu: number; file: string; line: number; text: string; effects: string[] }[] = [];
  for (const step of steps) {
    const { file, line } = step.place;
    const text = lines.get(file)?.[line - 1]?.trim() ?? (step.place.step === null ? "return" : printStep(step.place.step));
    const last = trace[trace.length - 1];
    if (last !== undefined && last.cpu === step.thread && last.file === file && last.line === line) last.effects.push(...step.notes);
    else trace.push({ cpu: step.thread, file, line, text: text === "}" ? "return" : text, effects: [...step.notes] });
  }
  const last = trace[trace.length - 1];
  const said = `${fault.text}  <-- ${fault.rule}`;
  if (last !== undefined && (fault.thread < 0 || fault.thread === last.cpu)) last.effects.push(said);
  else trace.push({ cpu: Math.max(fault.thread, 0), file: fault.file, line: fault.line, text: "", effects: [said] });
  return trace.map(({ effects, ...step }) => ({ ...step, effect: shorten(effects).join("; ") }));
}

/** Leaves out looks at an entry that the same step looks at or changes again. */
function shorten(effects: readonly string[]): string[] {
  return effects.filter((e, i) => !effects.slice(i + 1).includes(e));
}

/** The CPU0/CPU1 table that kernel developers put into commit logs. */
export function traceTable(trace: Trace, width = 52): string {
  const cpus = Math.max(...trace.steps.map((s) => s.cpu), 0) + 1;
  const row = (cpu: number, text: string): string => `${" ".repeat(cpu * width)}${text}`.trimEnd();
  const head = Array.from({ length: cpus }, (_, cpu) => `CPU${cpu}`.padEnd(width)).join("").trimEnd();
  const rule = Array.from({ length: cpus }, () => "----".padEnd(width)).join("").trimEnd();
  const body = trace.steps.flatMap((s) => [
    row(s.cpu, s.text),
    ...s.effect.split("; ").filter((e) => e !== "").flatMap((e) => wrap(e, width - 6).map((part) => row(s.cpu, `    ${part}`))),
  ]);
  return [head, rule, ...body, ""].join("\n");
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + word.length + 1 > width) {
      lines.push(line);
      line = "";
    }
    line = line === "" ? word : `${line} ${word}`;
  }
  return line === "" ? lines : [...lines, line];
}
