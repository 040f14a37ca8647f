/** The execution that decides a litmus test, to be drawn (draw-text.ts, draw-dot.ts, draw-svg.ts). */
import type { Drawing } from "../../core/litmus-report.ts";
import { atOnce } from "../../util/slices.ts";
import { findAllowed, findRefused, type Property } from "../memory/find.ts";
import type { Witness } from "../memory/witness.ts";
import { holds, type Proposition } from "./condition.ts";
import { lookupIn } from "./judge.ts";
import { drawDot } from "./draw-dot.ts";
import { drawSvg } from "./draw-svg.ts";
import { drawText } from "./draw-text.ts";
import { withDefaults, type LitmusOptions } from "./options.ts";
import { parseLitmus } from "./parse.ts";

/**
 * An execution that the condition asks for (that violates it, with forall) if the model allows one; else one that the
 * model refuses, with the reason; null when not even a candidate exists. Throws what parseLitmus and explore throw.
 */
export function litmusWitness(path: string, text: string, options: LitmusOptions = {}): Witness | null {
  const test = parseLitmus(path, text);
  const { filter, proposition, quantifier } = test.question;
  const wanted: Proposition = quantifier === "forall" ? { k: "not", of: proposition } : proposition;
  const all: Proposition = filter ? { k: "and", parts: [filter, wanted] } : wanted;
  const property: Property = (state) => holds(all, lookupIn(state));
  const search = withDefaults(options);
  return atOnce(findAllowed(test.program, property, search)) ?? atOnce(findRefused(test.program, property, search));
}

const drawings: Readonly<Record<Drawing, (witness: Witness) => string>> = { text: drawText, dot: drawDot, svg: drawSvg };

/** litmusWitness() as a drawing. */
export function litmusPicture(path: string, text: string, drawing: Drawing, options: LitmusOptions = {}): string | null {
  const witness = litmusWitness(path, text, options);
  return witness && drawings[drawing](witness);
}
