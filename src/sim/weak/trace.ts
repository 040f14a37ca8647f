/**
 * An execution of a memory model as the table of steps that people read: in the order in which the steps take effect, which
 * is that of the program but where nothing keeps two steps in order.
 */
import type { TraceStep } from "../../core/finding.ts";
import type { Witness, WitnessEvent } from "../memory/index.ts";

export interface Place {
  readonly file: string;
  readonly lines: readonly string[];
}

/**
 * `places`: where each thread's code is. `said`: what it means that a property is broken, said at the read that sees it: the
 * last one that returns `bad`, or, when that is null, the last one of all.
 */
export function weakSteps(witness: Witness, places: readonly Place[], said: string, bad: string | null): TraceStep[] {
  const order = visibleOrder(witness).filter((event) => /^[RW]\*?[[ ]/.test(event.label));
  const sees = order.findLast((event) => event.label.startsWith("R") && (bad === null || event.label.endsWith(`=${bad}`)));
  const steps = order.map((event, at): TraceStep => {
    const { file = "", lines = [] } = places[event.thread] ?? {};
    const overtaken = order.slice(0, at).find((other) => other.thread === event.thread && other.id > event.id && other.line > 0);
    const late = overtaken === undefined ? "" : `only now, behind line ${overtaken.line}`;
    return {
      cpu: event.thread, file, line: event.line, text: lines[event.line - 1]?.trim() ?? event.label,
      effect: [effectOf(event), late, event === sees ? said : ""].filter((part) => part !== "").join("; "),
    };
  });
  return steps.reduce<TraceStep[]>((merged, step) => {
    const last = merged.at(-1);
    if (last?.cpu !== step.cpu || last.line !== step.line) return [...merged, step];
    return [...merged.slice(0, -1), { ...last, effect: `${last.effect}; ${step.effect}` }];
  }, []);
}

function effectOf({ label }: WitnessEvent): string {
  const match = /^([RW])\*?(?:\[[^\]]*\])? (\w+)=(.*)$/.exec(label);
  if (!match) return "";
  const [, kind, place, value] = match;
  return kind === "R" ? `reads ${place}: ${inWords(value!)}` : `${place} = ${inWords(value!)}`;
}

function inWords(value: string): string {
  return { "-1": "not initialised", "-2": "freed" }[value] ?? value;
}

/** All events, each behind what it reads from, overwrites or is kept behind; else as in the program. */
function visibleOrder({ events, edges, cycle, missing }: Witness): WitnessEvent[] {
  const after = new Map<number, Set<number>>(events.map((event) => [event.id, new Set<number>()]));
  const reaches = (from: number, to: number): boolean => {
    const seen = new Set([from]);
    for (const each of seen) for (const next of after.get(each)!) seen.add(next);
    return seen.has(to);
  };
  const add = (from: number, to: number): void => {
    if (from !== to && !reaches(to, from)) after.get(from)!.add(to);
  };
  for (const { from, to } of edges) add(from, to);
  for (const edge of cycle) if (!missing.includes(edge)) add(edge.from, edge.to);
  for (const first of events) {
    for (const second of events) if (first.thread === second.thread && first.id < second.id) add(first.id, second.id);
  }
  const order: WitnessEvent[] = [];
  const left = new Set(events);
  while (left.size > 0) {
    const ready = Array.from(left).filter((event) => !Array.from(left).some((other) => other !== event && after.get(other.id)!.has(event.id)));
    const next = ready.find((event) => event.thread === order.at(-1)?.thread) ?? ready[0]!;
    order.push(next);
    left.delete(next);
  }
  return order;
}
