/** How a finding comes about, in SARIF: the interleaving as thread flows, or the path alone; places on the path as related locations. */
import type { Finding, Trace } from "../core/finding.ts";
import { escapeMessage, textLocation } from "./sarif-locations.ts";
import { oneLine } from "./wrap.ts";

/** Of these GitHub shows the first thousand. */
const mostSteps = 1000;

export function codeFlows(finding: Finding): object[] {
  if (finding.trace !== null && finding.trace.steps.length > 0) return [traceFlow(finding.trace)];
  return finding.path.length > 0 ? [{ threadFlows: [{ locations: pathLocations(finding) }] }] : [];
}

/** Needed only when the code flow shows the trace instead. */
export function relatedLocations(finding: Finding): object[] {
  if (finding.trace === null) return [];
  return finding.path
    .filter((step) => step.line > 0)
    .map((step, index) => ({ id: index + 1, ...textLocation(step.file, step.line, escapeMessage(oneLine(step.text))) }));
}

function traceFlow(trace: Trace): object {
  const steps = trace.steps.slice(0, mostSteps).map((step, index) => ({ ...step, order: index + 1 }));
  const cpus = Array.from(new Set(steps.map((step) => step.cpu))).toSorted((a, b) => a - b);
  const title = [trace.scenario, trace.actor === "" ? "" : `against ${trace.actor}`, trace.era === "" ? "" : `kernel ${trace.era}`].filter((part) => part !== "");
  return {
    message: { text: escapeMessage(oneLine(title.join(", "))) },
    threadFlows: cpus.map((cpu) => ({
      id: `CPU${cpu}`,
      locations: steps
        .filter((step) => step.cpu === cpu)
        .map((step) => ({
          executionOrder: step.order,
          location: textLocation(step.file, step.line, escapeMessage(oneLine(step.effect === "" ? step.text : `${step.text} -> ${step.effect}`))),
        })),
    })),
  };
}

function pathLocations(finding: Finding): object[] {
  return finding.path.slice(0, mostSteps).map((step, index) => ({
    executionOrder: index + 1,
    location: textLocation(step.file, step.line, escapeMessage(oneLine(step.text))),
  }));
}
