/**
 * One execution made to be looked at: events with labels, who reads from whom, and the cycle that explains it.
 *
 * A refused execution shows the cycle that the model forbids. An allowed one that no interleaving explains shows its
 * cycle of po, rf, co and fr, and the steps of the cycle within threads that nothing keeps in order: what is missing.
 */
import { shortestCycle } from "./cycle.ts";
import type { Event } from "./event.ts";
import type { Execution } from "./explore.ts";
import type { Graph } from "./graph.ts";
import type { Checker, Edge, Knowledge, Objection } from "./model.ts";
import type { Program } from "./program.ts";
import type { Relation } from "./relation.ts";
import { printValue } from "./value.ts";

export interface WitnessEvent {
  readonly id: number;
  /** Index of its thread in `threads`. */
  readonly thread: number;
  /** "W[once] x=1" */
  readonly label: string;
  /** Line in the source, 0 when there is none. */
  readonly line: number;
}

export interface Witness {
  readonly name: string;
  readonly threads: readonly string[];
  /** In program order within each thread. */
  readonly events: readonly WitnessEvent[];
  /** rf; co and fr to the next write only. */
  readonly edges: readonly Edge[];
  /** The axiom that forbids it; null when the model allows it. */
  readonly axiom: string | null;
  /** In order, each edge starting where the one before ends; [] when an interleaving explains the execution. */
  readonly cycle: readonly Edge[];
  /** Steps of the cycle that nothing keeps in order. */
  readonly missing: readonly Edge[];
}

type Candidate = Omit<Execution, "flags">;

export function allowedWitness(program: Program, candidate: Candidate, checker: Checker): Witness {
  const { cycle, missing } = communicationCycle(candidate, checker);
  return { ...describe(program, candidate.graph, candidate.known), axiom: null, cycle, missing };
}

/** Shows the cycle of communication if every step of it is kept, else that of the axiom. */
export function refusedWitness(program: Program, candidate: Candidate, checker: Checker, objection: Objection): Witness {
  const { cycle, missing } = communicationCycle(candidate, checker);
  const clear = cycle.length > 0 && missing.length === 0;
  return {
    ...describe(program, candidate.graph, candidate.known),
    axiom: objection.axiom, cycle: clear ? cycle : objection.edges, missing: [],
  };
}

/** A shortest cycle of po, rf, co and fr, its steps within a thread named by what keeps them in order. */
function communicationCycle({ graph, known }: Candidate, checker: Checker): Pick<Witness, "cycle" | "missing"> {
  const { algebra: r, po } = graph;
  const steps = shortestCycle(r, r.or(po, known.rf, known.co, known.fr));
  const kept = new Map(checker.kept(known).map((edge) => [`${edge.from} ${edge.to}`, edge]));
  const com = [["rf", known.rf], ["co", known.co], ["fr", known.fr]] as const;
  const cycle = steps.map((from, i): Edge => {
    const to = steps[(i + 1) % steps.length]!;
    const relation = com.find(([, each]) => r.has(each, from, to))?.[0];
    return relation ? { from, to, relation } : (kept.get(`${from} ${to}`) ?? { from, to, relation: "po" });
  });
  return { cycle, missing: cycle.filter(({ from, to, relation }) => relation === "po" && !kept.has(`${from} ${to}`)) };
}

function describe(program: Program, graph: Graph, known: Knowledge): Pick<Witness, "name" | "threads" | "events" | "edges"> {
  const { algebra: r } = graph;
  const edgesOf = (relation: string, a: Relation): Edge[] => r.pairs(a).map(([from, to]) => ({ from, to, relation }));
  const next = (a: Relation): Relation => r.minus(a, r.seq(a, known.co));
  return {
    name: program.name,
    threads: program.threads.map((thread) => thread.name),
    events: graph.events.map((event, id) => ({ id, thread: graph.threadOf[id]!, label: labelOf(event, id, known), line: event.line })),
    edges: [...edgesOf("rf", known.rf), ...edgesOf("co", next(known.co)), ...edgesOf("fr", next(known.fr))],
  };
}

/** As in tools/memory-model/Documentation/herd-representation.txt; a star marks the halves of a read-modify-write. */
function labelOf(event: Event, id: number, known: Knowledge): string {
  const location = known.locations[id];
  const place = location === undefined ? "" : ` ${printValue(location)}`;
  if (event.kind !== "R" && event.kind !== "W") return event.kind === "F" ? `F[${event.tag}]` : `${event.kind}${place}`;
  const value = known.valueOf(id);
  const tag = event.tag === "plain" ? "" : `[${event.tag}]`;
  return `${event.kind}${event.atomic ? "*" : ""}${tag}${place}=${value === undefined ? "?" : printValue(value)}`;
}
