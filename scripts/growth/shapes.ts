/** Every shape there is. */
import { cShapes } from "./c-shapes.ts";
import { diffShapes } from "./diff-shapes.ts";
import type { Shape } from "./input.ts";
import { mailShapes } from "./mail-shapes.ts";
import { otherShapes } from "./other-shapes.ts";
import { ruleShapes } from "./rule-shapes.ts";
import { versionShapes } from "./version-shapes.ts";

export const shapes: readonly Shape[] = [...mailShapes, ...diffShapes, ...otherShapes, ...cShapes, ...ruleShapes, ...versionShapes];
