/** The locking matrix as a Markdown table, for documents and comments. */
import type { MatrixReport } from "../core/sim-report.ts";
import { escapeMarkdown } from "./markdown-escape.ts";
import { cellWord, reasons } from "./matrix-text.ts";

export function matrixMarkdown(report: MatrixReport): string {
  const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  const lines = [
    `Kernel ${escapeMarkdown(report.kernel.version)} (${escapeMarkdown(report.kernel.from)}).`,
    "",
    row(["context", ...report.operations.map(escapeMarkdown)]),
    row(["---", ...report.operations.map(() => "---")]),
    ...report.contexts.map((context) =>
      row([escapeMarkdown(context), ...report.operations.map((operation) => cellWord(report, context, operation))]),
    ),
    "",
    ...reasons(report).map((text) => `- ${escapeMarkdown(text)}`),
  ];
  return `${lines.join("\n").trimEnd()}\n`;
}
