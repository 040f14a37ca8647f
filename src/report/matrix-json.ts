/** The locking matrix for programs: schema `mmreview/matrix@1` (schemas/matrix-1.json). */
import type { MatrixReport } from "../core/sim-report.ts";

export function matrixJson(report: MatrixReport): string {
  const { schema, tool, kernel, contexts, operations, cells } = report;
  const value = {
    schema,
    tool: { name: tool.name, version: tool.version },
    kernel: { version: kernel.version, from: kernel.from },
    contexts,
    operations,
    cells: cells.map(({ context, operation, verdict, because }) => ({ context, operation, verdict, because })),
  };
  return `${JSON.stringify(value, null, 2)}\n`;
}
