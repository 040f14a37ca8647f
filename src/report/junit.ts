/**
 * JUnit XML: a suite a file, a case a function that was checked. A function with findings fails, one with notes or
 * without coverage is skipped; an input that could not be read is an error. Names are unique, as GitLab drops doubles.
 */
import type { Finding } from "../core/finding.ts";
import type { FunctionReport, ReportView } from "../core/report.ts";
import { headText, reasonLines } from "./explain.ts";
import { allFunctions, byWeight, compareText, currentFindings } from "./order.ts";
import { traceTable } from "./trace-table.ts";
import { oneLine } from "./wrap.ts";
import { element, xmlHead, xmlText } from "./xml.ts";

interface Case {
  readonly file: string;
  readonly name: string;
  readonly outcome: "passed" | "failed" | "skipped" | "error";
  readonly content: string;
}

export function junitReport(report: ReportView): string {
  const cases = uniqueNames([...functionCases(report), ...inputCases(report)]);
  const files = Array.from(new Set(cases.map((item) => item.file))).toSorted(compareText);
  const suites = files.map((file) => suite(file, cases.filter((item) => item.file === file)));
  return `${xmlHead}${element("testsuites", { name: "mmreview", ...totals(cases) }, suites.length === 0 ? "" : `\n${suites.join("")}`)}\n`;
}

function suite(name: string, cases: readonly Case[]): string {
  const content = cases.map((item) => `    ${element("testcase", { classname: item.file, name: item.name, file: item.file }, item.content)}\n`);
  return `  ${element("testsuite", { name, ...totals(cases) }, `\n${content.join("")}  `)}\n`;
}

function totals(cases: readonly Case[]): { tests: number; failures: number; errors: number; skipped: number } {
  const number = (outcome: Case["outcome"]): number => cases.filter((item) => item.outcome === outcome).length;
  return { tests: cases.length, failures: number("failed"), errors: number("error"), skipped: number("skipped") };
}

function functionCases(report: ReportView): Case[] {
  const key = (item: { readonly file: string; readonly function: string }): string => `${item.file}\n${item.function}`;
  const findings = Array.from(currentFindings(report));
  const byFunction = new Map<string, Finding[]>();
  for (const finding of findings) {
    const others = byFunction.get(key(finding));
    if (others === undefined) byFunction.set(key(finding), [finding]);
    else others.push(finding);
  }
  const checked = Array.from(allFunctions(report), (item) => ({ key: key({ file: item.file, function: item.name }), item }));
  const known = new Set(checked.map((one) => one.key));
  const elsewhere = findings.filter((finding) => !known.has(key(finding)));
  return [
    ...checked.map((one) => functionCase(one.item, byFunction.get(one.key) ?? [])),
    ...elsewhere.map((finding) => findingCase(finding.file, oneLine(finding.function) || finding.rule, [finding])),
  ];
}

function functionCase(item: FunctionReport, findings: readonly Finding[]): Case {
  const name = `${oneLine(item.name)}()`;
  if (findings.length > 0) return findingCase(item.file, name, findings);
  if (item.coverage === "skipped") return { file: item.file, name, outcome: "skipped", content: element("skipped", { message: oneLine(item.reason) }, "") };
  return { file: item.file, name, outcome: "passed", content: "" };
}

function findingCase(file: string, name: string, findings: readonly Finding[]): Case {
  const serious = byWeight(findings.filter((finding) => finding.severity !== "note"));
  if (serious.length === 0) {
    return { file, name, outcome: "skipped", content: element("skipped", { message: findings.map(headText).join("; ") }, "") };
  }
  const body = serious.map((finding) => [headText(finding), ...reasonLines(finding), ...(finding.trace === null ? [] : ["", ...traceTable(finding.trace, 100)])].join("\n"));
  const attributes = { message: headText(serious[0]!), type: serious[0]!.rule };
  return { file, name, outcome: "failed", content: element("failure", attributes, xmlText(body.join("\n\n"))) };
}

function inputCases(report: ReportView): Case[] {
  return report.inputs
    .filter((input) => input.failed !== undefined)
    .map((input) => ({ file: input.path, name: "input", outcome: "error", content: element("error", { message: oneLine(input.failed!) }, "") }));
}

function uniqueNames(cases: readonly Case[]): Case[] {
  const seen = new Map<string, number>();
  return cases.map((item) => {
    const key = `${item.file}\n${item.name}`;
    const before = seen.get(key) ?? 0;
    seen.set(key, before + 1);
    return before === 0 ? item : { ...item, name: `${item.name} #${before + 1}` };
  });
}
