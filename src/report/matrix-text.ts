/** Which lock context makes which operation safe, as a table with the reasons of every "no" below it. */
import type { MatrixCell, MatrixReport } from "../core/sim-report.ts";
import type { ReportOptions } from "./options.ts";
import { columns, hanging, oneLine } from "./wrap.ts";

const verdictWord: Readonly<Record<MatrixCell["verdict"], string>> = { safe: "yes", unsafe: "no", "not-modelled": "?" };

export function matrixText(report: MatrixReport, options: ReportOptions): string {
  const operations = report.operations.map(oneLine);
  const first = Math.max(7, ...report.contexts.map((context) => columns(oneLine(context))));
  const row = (head: string, cells: readonly string[]): string =>
    [head.padEnd(first), ...cells.map((cell, index) => cell.padEnd(Math.max(3, columns(operations[index]!))))].join("  ").trimEnd();
  const lines = [
    `Which context keeps which operation safe, kernel ${oneLine(report.kernel.version)} (${oneLine(report.kernel.from)})`,
    "",
    row("context", operations),
    ...report.contexts.map((context) => row(oneLine(context), report.operations.map((operation) => cellWord(report, context, operation)))),
    "",
    ...reasons(report).flatMap((text) => hanging("-", text, 2, options.width)),
  ];
  return `${lines.join("\n").trimEnd()}\n`;
}

export function cellWord(report: MatrixReport, context: string, operation: string): string {
  const cell = report.cells.find((candidate) => candidate.context === context && candidate.operation === operation);
  return cell === undefined ? "?" : verdictWord[cell.verdict];
}

export function reasons(report: MatrixReport): string[] {
  return report.cells
    .filter((cell) => cell.because !== "")
    .map((cell) => `${oneLine(cell.operation)} under ${oneLine(cell.context)}: ${oneLine(cell.because)}`);
}
