/** An execution as input for Graphviz: one cluster for each thread. */
import type { Witness } from "../memory/witness.ts";
import { colourOf, drawnEdges, letterOf, verdictLine } from "./draw.ts";

export function drawDot(witness: Witness): string {
  const lines = ["digraph execution {", `  label=${quote(verdictLine(witness))};`, "  node [shape=box, fontname=monospace];"];
  witness.threads.forEach((name, thread) => {
    const events = witness.events.filter((event) => event.thread === thread);
    lines.push(`  subgraph cluster_${thread} {`, `    label=${quote(name)};`);
    for (const event of events) lines.push(`    e${event.id} [label=${quote(`${letterOf(event.id)}: ${event.label}`)}];`);
    for (let i = 1; i < events.length; i++) {
      lines.push(`    e${events[i - 1]!.id} -> e${events[i]!.id} [color=grey, arrowhead=none, weight=9];`);
    }
    lines.push("  }");
  });
  for (const edge of drawnEdges(witness)) {
    const style = `${edge.inCycle ? ", penwidth=2" : ""}${edge.missing ? ", style=dashed" : ""}`;
    const colour = quote(colourOf(edge));
    lines.push(`  e${edge.from} -> e${edge.to} [label=${quote(edge.relation)}, color=${colour}, fontcolor=${colour}, constraint=false${style}];`);
  }
  return `${[...lines, "}"].join("\n")}\n`;
}

function quote(text: string): string {
  return `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}
