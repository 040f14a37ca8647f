/** The C front end's public face: images and texts in, control-flow graphs of steps out. */
import type { FileImage } from "../core/image.ts";
import type { UnitIr } from "./ir.ts";
import { withoutLongLines } from "./long-lines.ts";
import { type Outline, outlineOf } from "./outline.ts";
import { atOnce } from "../util/slices.ts";
import { lowerCut, loweringImage } from "./unit.ts";

export type { Outline } from "./outline.ts";
export { functionsAmong, functionsAt, functionsNamed, isCalledIn, namesCalledIn, recordsNamed, tablesWith } from "./find.ts";
export { lowerCut, loweringImage } from "./unit.ts";

export { madeNames } from "./body-words.ts";
export { calledIn, mayCall, mayMention, mayReturnConstants, wordsTellCalls } from "./foretold.ts";
export { initC } from "./parse.ts";
export { printExpr, printFunction, printPlace, printStep, printTerminator } from "./print.ts";
export { elementType } from "./type-text.ts";
export { calleesOf, callsIn, isWhole, type NamedCall, namedCallsIn, stepsOf } from "./called.ts";
export { packSummaries, type Summaries, summaryOf, unpackSummaries } from "./summary.ts";
export { successors } from "./blocks.ts";
export { type Liveness, livenessOf } from "./liveness.ts";
export { definedBy, mentionsVariable, operandsOf, operandsOfEnd, rootOf, walkExpr, walkPlace } from "./walk.ts";

/** Lowers a pre- or post-image. initC() must have been awaited. Never throws on any text. */
export function lowerUnit(image: FileImage): UnitIr {
  return atOnce(loweringImage(image));
}

/** Lowers a complete C text: a model, an actor, a scenario, the body of a litmus test. */
export function lowerText(path: string, text: string): UnitIr {
  return lowerCut(cutText(path, text));
}

/** What lowerText() does first. Each unit that is made of it has bodies of its own: who forgets a unit frees them, and makes it again without reading the text again. */
export function cutText(path: string, text: string): Outline {
  return outlineOf(path, withoutLongLines(text.split("\n")).join("\n"));
}
