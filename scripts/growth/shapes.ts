/** Every shape there is. */
import { cShapes } from "./c-shapes.ts";
import type { Shape } from "./input.ts";
import { ruleShapes } from "./rule-shapes.ts";

export const shapes: readonly Shape[] = [...cShapes, ...ruleShapes];
