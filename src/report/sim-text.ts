/** Scenario results for people: the verdict with the effort behind it, and the trace as commit logs show it. */
import type { Trace, TraceStep } from "../core/finding.ts";
import type { WorldPicture } from "../core/picture.ts";
import type { ScenarioResult, SimReport } from "../core/sim-report.ts";
import type { ReportOptions } from "./options.ts";
import { type Paint, painter } from "./paint.ts";
import { pictureText, samePicture } from "./picture-text.ts";
import { traceTable } from "./trace-table.ts";
import { count, oneLine, placeText, wrap } from "./wrap.ts";

export function simText(report: SimReport, options: ReportOptions): string {
  const paint = painter(options.colour);
  const scenarios = report.scenarios.map((scenario) => `${scenarioLines(scenario, options, paint).join("\n")}\n`);
  const problems = (report.problems ?? []).map((p) => `${oneLine(p.path)}:${p.line}:${p.column}: error: ${oneLine(p.message)}\n`);
  return [...scenarios, ...(problems.length === 0 ? [] : [problems.join("")])].join("\n");
}

function scenarioLines(scenario: ScenarioResult, options: ReportOptions, paint: Paint): string[] {
  const head = wrap(`${oneLine(scenario.path)}: ${oneLine(scenario.name)}: ${verdictText(scenario)}`, options.width);
  const effort = `  ${count(scenario.states, "state")}, ${count(scenario.executions, "execution")}, at most ${count(scenario.bound, "state")}`;
  const { trace } = scenario;
  return [
    ...head.map((line) => paint("bold", line)),
    effort,
    ...(trace === null ? [] : ["", ...traceTable(trace, options.width - 2).map((line) => `  ${line}`.trimEnd())]),
    ...(trace?.pictures === undefined ? [] : ["", ...pictureLines(trace, trace.pictures, options.width)]),
  ];
}

function verdictText(scenario: ScenarioResult): string {
  switch (scenario.verdict) {
    case "violated":
      return `violated: ${oneLine(scenario.property ?? "")}${scenario.rule === null ? "" : ` [${scenario.rule}]`}`;
    case "holds":
      return scenario.bounded ? "holds as far as it was searched; the bound was reached" : "holds within the bounds";
    case "not-modelled":
      return `not modelled: ${oneLine(scenario.reason)}`;
  }
}

/** The first picture is the start, each further one follows a step of the trace. */
function pictureLines(trace: Trace, pictures: readonly WorldPicture[], width: number): string[] {
  return pictures.flatMap((picture, index) => {
    const step = index === 0 ? undefined : trace.steps[index - 1];
    const before = pictures[index - 1] ?? null;
    const title = step === undefined ? "at the start" : `${index}. after ${stepName(step)}`;
    const drawn = before !== null && samePicture(picture, before) ? ["as before"] : pictureText(picture, before, width - 4);
    return [...(index === 0 ? [] : [""]), ...wrap(title, width - 2).map((line) => `  ${line}`), ...drawn.map((line) => `    ${line}`.trimEnd())];
  });
}

function stepName(step: TraceStep): string {
  const text = step.text === "" ? "the last step" : oneLine(step.text);
  return `CPU${step.cpu}: ${text}${step.file === "" ? "" : ` [${placeText(step.file, step.line)}]`}`;
}
