/** Decides a program of kernel functions under LKMM: which property can be broken, by which execution, or none. */
import { atOnce } from "../../util/slices.ts";
import { litmusMark } from "../../core/litmus-report.ts";
import { emitLitmus, type Proposition, type Question } from "../litmus/index.ts";
import { holds } from "../litmus/condition.ts";
import { lookupIn } from "../litmus/judge.ts";
import { exploring, findAllowed, findFlagged, lkmm, type Property, type Witness } from "../memory/index.ts";
import { weakProperties, type PropertyName } from "./properties.ts";
import { questionOf, type WeakProgram } from "./program.ts";

export interface Decision {
  /** The property that is broken; null when none is. */
  readonly property: PropertyName | null;
  readonly witness: Witness | null;
  /** The question as a litmus test: Sometimes (or with a data race) when broken, Never when not. */
  readonly litmus: string;
  readonly executions: number;
  readonly steps: number;
  readonly complete: boolean;
}

/** Throws UnsupportedProgram when the program is too large. `steps`: of the search, for each question. */
export function decide(weak: WeakProgram, steps: number): Decision {
  return atOnce(deciding(weak, steps));
}

/** The same in slices. */
export function* deciding(weak: WeakProgram, steps: number): Generator<void, Decision> {
  const { program, filter, hazards } = weak;
  const options = { model: lkmm, steps, rounds: 2 };
  let executions = 0;
  let races = false;
  const counts: Property = propertyOf(filter);
  const explored = yield* exploring(program, {
    ...options, observed: new Set(), isOfInterest: (state) => counts(state) !== false,
    found: (execution) => {
      if (counts(execution) !== true) return;
      executions++;
      races ||= execution.flags.includes("data-race");
    },
  });
  const result = { executions, steps: explored.steps, complete: explored.complete };
  for (const hazard of hazards) {
    const witness = yield* findAllowed(program, propertyOf(all([filter, hazard.proposition])), options);
    if (witness) return { ...result, property: hazard.property, witness, litmus: litmusOf(weak, questionOf(weak, hazard), hazard.property) };
  }
  const witness = races ? yield* findFlagged(program, counts, "data-race", options) : null;
  if (witness) return { ...result, property: "data-race", witness, litmus: litmusOf(weak, { ...questionOf(weak, null), proposition: all([]) }, "data-race") };
  return { ...result, property: null, witness: null, litmus: litmusOf(weak, questionOf(weak, null), null) };
}

function all(parts: readonly (Proposition | null)[]): Proposition {
  return { k: "and", parts: parts.filter((part) => part !== null) };
}

function propertyOf(proposition: Proposition | null): Property {
  return (state) => (proposition === null ? true : holds(proposition, lookupIn(state)));
}

function litmusOf(weak: WeakProgram, question: Question, property: PropertyName | null): string {
  const lines = [
    litmusMark,
    "",
    `Result: ${property === null ? "Never" : property === "data-race" ? "Always" : "Sometimes"}`,
    ...(property === "data-race" ? ["Flags: data-race"] : []),
    "",
    ...(property === null ? weak.hazards.map((each) => each.property) : [property]).map((each) => `Asked: ${weakProperties[each].promise}.`),
    "Contents: 0 none, 2 a page, -1 a table that is not initialised, -2 a table that was freed.",
  ];
  return emitLitmus(weak.program, question, lines);
}
