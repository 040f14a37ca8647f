/**
 * The report for programs: schema `mmreview/report@1` (schemas/report-1.json). Built field by field, so that the key
 * order is this file's and nothing leaves that the schema does not name.
 */
import type { CodeFrame, Finding, Trace, Waiver } from "../core/finding.ts";
import type { WorldPicture } from "../core/picture.ts";
import type { FunctionReport, InputView, Listing, PatchReport, ReportView, UnitReport } from "../core/report.ts";
import { sortFindings } from "./order.ts";

/** What JSON.stringify() makes of it with two blanks, patch by patch and message by message. */
export function* jsonReport(report: ReportView): Generator<string> {
  const [head, rest] = around("inputs", shellObject(report));
  const [middle, tail] = cutAt("patches", rest);
  yield head;
  yield* within(report.inputs, inputPieces);
  yield middle;
  yield* within(report.patches, (patch) => [JSON.stringify(patchObject(patch), null, 2)]);
  yield `${tail}\n`;
}

function* inputPieces(input: InputView): Generator<string> {
  const [head, tail] = around("skipped", inputObject(input));
  yield head;
  yield* within(input.skipped, ({ messageId, subject, reason }) => [JSON.stringify({ messageId, subject, reason }, null, 2)]);
  yield tail;
}

function around(key: string, shell: object): readonly [string, string] {
  return cutAt(key, JSON.stringify(shell, null, 2));
}

/** The text before and after what stands within the empty list `key`: no key further in stands as far to the left. */
function cutAt(key: string, text: string): readonly [string, string] {
  const hole = `\n  "${key}": []`;
  const at = text.indexOf(hole) + hole.length - 1;
  return [text.slice(0, at), text.slice(at)];
}

/** What stands within a list of the outermost object. */
function* within<Item>(items: Listing<Item>, pieces: (item: Item) => Iterable<string>): Generator<string> {
  let between = "\n    ";
  for (const item of items) {
    yield between;
    // Line ends within texts are escaped, so each that stands here begins a line.
    for (const piece of pieces(item)) yield piece.replaceAll("\n", "\n    ");
    between = ",\n    ";
  }
  if (items.length > 0) yield "\n  ";
}

/** All but inputs and patches. */
function shellObject(report: ReportView): object {
  const { tool, kernel, summary } = report;
  return {
    schema: report.schema,
    tool: { name: tool.name, version: tool.version, rules: tool.rules },
    kernel: { version: kernel.version, from: kernel.from },
    inputs: [],
    patches: [],
    ...(report.units === undefined ? {} : { units: report.units.map(unitObject) }),
    summary: {
      patches: summary.patches,
      functions: summary.functions,
      findings: { error: summary.findings.error, warning: summary.findings.warning, note: summary.findings.note },
      obligations: tallyObject(summary.obligations),
      elapsedMs: summary.elapsedMs,
    },
  };
}

/** All but the messages that were not reviewed. */
function inputObject(input: InputView): object {
  return {
    path: input.path,
    messages: input.messages,
    patches: input.patches,
    skipped: [],
    troubles: input.troubles,
    ...(input.failed === undefined ? {} : { failed: input.failed }),
  };
}

function patchObject(patch: PatchReport): object {
  return {
    messageId: patch.messageId,
    subject: patch.subject,
    author: patch.author,
    date: patch.date,
    carrier: patch.carrier,
    index: patch.index,
    total: patch.total,
    revision: patch.revision,
    base: { kind: patch.base.kind, id: patch.base.id },
    kernel: { version: patch.kernel.version, from: patch.kernel.from },
    files: patch.files,
    repairs: patch.repairs.map(({ kind, line, detail }) => ({ kind, line, detail })),
    notes: patch.notes,
    functions: patch.functions.map(functionObject),
    findings: sortFindings(patch.findings).map(findingObject),
  };
}

function unitObject(unit: UnitReport): object {
  return {
    file: unit.file,
    functions: unit.functions.map(functionObject),
    findings: sortFindings(unit.findings).map(findingObject),
  };
}

function functionObject(item: FunctionReport): object {
  return {
    name: item.name,
    file: item.file,
    line: item.line,
    coverage: item.coverage,
    reason: item.reason,
    obligations: tallyObject(item.obligations),
    proofs: item.proofs.map(({ rule, line, text }) => ({ rule, line, text })),
    unknowns: item.unknowns.map(({ rule, line, text }) => ({ rule, line, text })),
  };
}

function tallyObject(tally: FunctionReport["obligations"]): object {
  return { proved: tally.proved, violated: tally.violated, unknown: tally.unknown };
}

function findingObject(finding: Finding): object {
  return {
    rule: finding.rule,
    severity: finding.severity,
    confidence: finding.confidence,
    status: finding.status,
    file: finding.file,
    line: finding.line,
    column: finding.column,
    function: finding.function,
    message: finding.message,
    why: finding.why,
    fix: finding.fix,
    requires: finding.requires,
    held: finding.held,
    assumed: finding.assumed,
    ...(finding.frame === undefined ? {} : { frame: frameObject(finding.frame) }),
    path: finding.path.map(({ file, line, text }) => ({ file, line, text })),
    trace: finding.trace === null ? null : traceObject(finding.trace),
    fixConfirmed: finding.fixConfirmed,
    references: finding.references.map(({ file, where, version }) => ({ file, where, version })),
    fingerprint: finding.fingerprint,
    ...(finding.waiver === undefined ? {} : { waiver: waiverObject(finding.waiver) }),
  };
}

function waiverObject({ by, reason, expires, expired }: Waiver): object {
  return { by, reason, expires, expired };
}

function frameObject(frame: CodeFrame): object {
  return { start: frame.start, lines: frame.lines.map(({ line, mark, text }) => ({ line, mark, text })) };
}

/** Shared with the JSON of scenarios. */
export function traceObject(trace: Trace): object {
  return {
    scenario: trace.scenario,
    actor: trace.actor,
    era: trace.era,
    steps: trace.steps.map(({ cpu, file, line, text, effect }) => ({ cpu, file, line, text, effect })),
    litmus: trace.litmus,
    ...(trace.pictures === undefined ? {} : { pictures: trace.pictures.map(pictureObject) }),
  };
}

function pictureObject({ tables, cpus, stale }: WorldPicture): object {
  return {
    tables: tables.map(({ name, level, state, note, entries }) => ({ name, level, state, note, entries: entries.map(({ kind, text, target }) => ({ kind, text, target })) })),
    cpus: cpus.map(({ cpu, holds }) => ({ cpu, holds })),
    stale: stale.map(({ address, page }) => ({ address, page })),
  };
}
