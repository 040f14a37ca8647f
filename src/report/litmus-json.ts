/** Litmus verdicts for programs: schema `mmreview/litmus@1` (schemas/litmus-1.json). */
import type { LitmusReport, LitmusResult } from "../core/litmus-report.ts";

export function litmusJson(report: LitmusReport): string {
  const { schema, tool, tests } = report;
  const value = { schema, tool: { name: tool.name, version: tool.version }, tests: tests.map(resultObject) };
  return `${JSON.stringify(value, null, 2)}\n`;
}

function resultObject(test: LitmusResult): object {
  if ("error" in test) {
    const { line, column, message } = test.error;
    return { path: test.path, error: { line, column, message } };
  }
  if ("unsupported" in test) return { path: test.path, unsupported: test.unsupported };
  const { path, name, kind, condition, verdict, observation, positive, negative, states, flags, loop, bounded, elapsedMs, picture } = test;
  return { path, name, kind, condition, verdict, observation, positive, negative, states, flags, ...(loop ? { loop } : {}), ...(bounded ? { bounded } : {}), elapsedMs, ...(picture === undefined ? {} : { picture }) };
}
