/** Litmus tests: `mmreview litmus`. */
import type { LitmusResult } from "../../core/litmus-report.ts";
import { atOnce } from "../../util/slices.ts";
import { UnsupportedProgram } from "../memory/program.ts";
import { printProposition, type Quantifier } from "./condition.ts";
import { UnsupportedCode } from "./expression.ts";
import { judge, type Judgement } from "./judge.ts";
import { withDefaults, type LitmusOptions } from "./options.ts";
import { parseLitmus, type LitmusTest } from "./parse.ts";
import { LitmusSyntaxError } from "./source.ts";

export type { Proposition, Question } from "./condition.ts";
export { drawDot } from "./draw-dot.ts";
export { drawSvg } from "./draw-svg.ts";
export { drawText } from "./draw-text.ts";
export { emitLitmus } from "./emit.ts";
export { litmusPicture, litmusWitness } from "./picture.ts";

/** Decides one litmus test. Never throws on any text; initC() must have been awaited. */
export function runLitmus(path: string, text: string, options: LitmusOptions = {}): LitmusResult {
  return atOnce(runningLitmus(path, text, options));
}

/** The same in slices. */
export function* runningLitmus(path: string, text: string, options: LitmusOptions = {}): Generator<void, LitmusResult> {
  const start = performance.now();
  try {
    const test = parseLitmus(path, text);
    const judgement = yield* judge(test, withDefaults(options));
    return verdictOf(path, test, judgement, performance.now() - start);
  } catch (error) {
    if (error instanceof LitmusSyntaxError) {
      return { path, error: { line: error.line, column: error.column, message: error.message } };
    }
    if (error instanceof UnsupportedCode) return { path, unsupported: `${error.message} (line ${error.loc.line})` };
    if (error instanceof UnsupportedProgram) return { path, unsupported: error.message };
    throw error;
  }
}

const kinds: Readonly<Record<Quantifier, "Allowed" | "Forbidden" | "Required">> = {
  exists: "Allowed", "~exists": "Forbidden", forall: "Required",
};

function verdictOf(path: string, test: LitmusTest, judgement: Judgement, elapsedMs: number): LitmusResult {
  const { quantifier, proposition } = test.question;
  const { positive, negative, states, flags } = judgement;
  if (!judgement.decided) return { path, unsupported: `not decided within ${judgement.steps} steps` };
  const ok = { exists: positive > 0, "~exists": positive === 0, forall: negative === 0 }[quantifier];
  return {
    path, name: test.program.name, kind: kinds[quantifier], condition: `(${printProposition(proposition)})`,
    verdict: ok ? "Ok" : "No",
    observation: positive === 0 ? "Never" : negative === 0 ? "Always" : "Sometimes",
    positive, negative, states, flags,
    ...(judgement.cut && { loop: true }),
    ...(!judgement.complete && { bounded: true }),
    elapsedMs,
  };
}
