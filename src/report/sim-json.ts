/** Scenario results for programs: schema `mmreview/sim@1` (schemas/sim-1.json). */
import type { WorldPicture } from "../core/picture.ts";
import type { ScenarioResult, SimReport } from "../core/sim-report.ts";
import { traceObject } from "./json.ts";
import { pictureText } from "./picture-text.ts";

/** Columns of drawn pictures. */
const widest = 100;

export function simJson(report: SimReport): string {
  const { schema, tool, scenarios, problems } = report;
  const value = {
    schema,
    tool: { name: tool.name, version: tool.version },
    scenarios: scenarios.map(scenarioObject),
    ...(problems === undefined ? {} : { problems: problems.map(({ path, line, column, message }) => ({ path, line, column, message })) }),
  };
  return `${JSON.stringify(value, null, 2)}\n`;
}

function scenarioObject(scenario: ScenarioResult): object {
  const { path, name, verdict, reason, bound, bounded, states, executions, elapsedMs, property, rule, trace, litmus } = scenario;
  return {
    path,
    name,
    verdict,
    reason,
    bound,
    bounded,
    states,
    executions,
    elapsedMs,
    property,
    rule,
    trace: trace === null ? null : traceObject(trace),
    ...(litmus === undefined ? {} : { litmus }),
    ...(trace?.pictures === undefined ? {} : { pictures: drawn(trace.pictures) }),
  };
}

/** The pictures as text, for those who only want to show them; the trace has them as data. */
function drawn(pictures: readonly WorldPicture[]): string[] {
  return pictures.map((picture, index) => pictureText(picture, pictures[index - 1] ?? null, widest).join("\n"));
}
