/** The C front end's public face: images and texts in, control-flow graphs of steps out. */
import type { FileImage } from "../core/image.ts";
import type { UnitIr } from "./ir.ts";
import { withoutLongLines } from "./long-lines.ts";
import { lowerImage, outline, type UnitMaker } from "./unit.ts";

export type { UnitMaker } from "./unit.ts";

export { madeNames } from "./body-words.ts";
export { initC } from "./parse.ts";
export { printExpr, printFunction, printPlace, printStep, printTerminator } from "./print.ts";
export { elementType } from "./type-text.ts";
export { calleesOf, stepsOf } from "./called.ts";
export { successors } from "./blocks.ts";
export { definedBy, operandsOf, rootOf, walkExpr, walkPlace } from "./walk.ts";

/** Lowers a pre- or post-image. initC() must have been awaited. Never throws on any text. */
export function lowerUnit(image: FileImage): UnitIr {
  return lowerImage(image);
}

/** Lowers a complete C text: a model, an actor, a scenario, the body of a litmus test. */
export function lowerText(path: string, text: string): UnitIr {
  return outlineText(path, text)();
}

/** The same for one who may want the unit again after having forgotten it: only bodies are lowered anew. */
export function outlineText(path: string, text: string): UnitMaker {
  return outline(path, withoutLongLines(text.split("\n")).join("\n"), true);
}
