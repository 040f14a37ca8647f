/** Scenario results for programs: schema `mmreview/sim@1` (schemas/sim-1.json). */
import type { ScenarioResult, SimReport } from "../core/sim-report.ts";
import { traceObject } from "./json.ts";

export function simJson(report: SimReport): string {
  const { schema, tool, scenarios } = report;
  const value = { schema, tool: { name: tool.name, version: tool.version }, scenarios: scenarios.map(scenarioObject) };
  return `${JSON.stringify(value, null, 2)}\n`;
}

function scenarioObject(scenario: ScenarioResult): object {
  const { path, name, verdict, reason, bound, bounded, states, executions, elapsedMs, property, rule, trace, pictures } = scenario;
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
    ...(pictures === undefined ? {} : { pictures }),
  };
}
