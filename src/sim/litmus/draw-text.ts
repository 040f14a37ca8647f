/** An execution as text: events by thread, relations between threads, the cycle and what is missing in it. */
import type { Edge } from "../memory/model.ts";
import type { Witness } from "../memory/witness.ts";
import { letterOf, verdictLine } from "./draw.ts";

export function drawText(witness: Witness): string {
  const lines = [verdictLine(witness)];
  witness.threads.forEach((name, thread) => {
    lines.push(`  ${name}`);
    for (const event of witness.events) {
      if (event.thread !== thread) continue;
      const line = event.line > 0 ? `  line ${event.line}` : "";
      lines.push(`    ${letterOf(event.id)}: ${event.label.padEnd(28)}${line}`.trimEnd());
    }
  });
  for (const relation of ["rf", "co", "fr"]) {
    const edges = witness.edges.filter((edge) => edge.relation === relation);
    if (edges.length > 0) lines.push(`  ${relation}  ${edges.map((e) => `${letterOf(e.from)} -> ${letterOf(e.to)}`).join(", ")}`);
  }
  if (witness.cycle.length > 0) lines.push(`  cycle  ${chainText(witness.cycle)}`);
  if (witness.missing.length > 0) lines.push(`  not ordered  ${witness.missing.map((e) => `${letterOf(e.from)} -> ${letterOf(e.to)}`).join(", ")}`);
  return `${lines.join("\n")}\n`;
}

/** "a -po-> b -rf-> c -fr-> a" */
function chainText(cycle: readonly Edge[]): string {
  const steps = cycle.map((edge) => `-${edge.relation}-> ${letterOf(edge.to)}`);
  return `${letterOf(cycle[0]!.from)} ${steps.join(" ")}`;
}
