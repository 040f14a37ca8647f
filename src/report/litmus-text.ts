/** Litmus verdicts in herd7's wording and order, so that scripts that read herd7 read this. The time is left out: it differs between runs. */
import type { LitmusReport, LitmusResult, LitmusVerdict } from "../core/litmus-report.ts";
import { oneLine } from "./wrap.ts";

export function litmusText(report: LitmusReport): string {
  return report.tests.map((test) => `${resultLines(test).join("\n")}\n`).join("\n");
}

function resultLines(test: LitmusResult): string[] {
  if ("error" in test) {
    const { line, column, message } = test.error;
    return [`${oneLine(test.path)}:${line}:${column}: error: ${oneLine(message)}`];
  }
  if ("unsupported" in test) return [`${oneLine(test.path)}: not supported: ${oneLine(test.unsupported)}`];
  return verdictLines(test);
}

const quantifier: Readonly<Record<LitmusVerdict["kind"], string>> = { Allowed: "exists", Forbidden: "~exists", Required: "forall" };

function verdictLines(test: LitmusVerdict): string[] {
  const name = oneLine(test.name);
  // herd7 counts witnesses of the property itself, which for ~exists is that the condition does not hold.
  const [positive, negative] = test.kind === "Forbidden" ? [test.negative, test.positive] : [test.positive, test.negative];
  return [
    `Test ${name} ${test.kind}`,
    `States ${test.states.length}`,
    ...test.states.map(oneLine),
    test.loop ? `Loop ${test.verdict}` : test.verdict,
    "Witnesses",
    `Positive: ${positive} Negative: ${negative}`,
    ...(test.bounded ? ["Bounded: the verdict holds, but only some of the other executions were counted"] : []),
    ...test.flags.map((flag) => `Flag ${oneLine(flag)}`),
    `Condition ${quantifier[test.kind]} ${oneLine(test.condition)}`,
    `Observation ${name} ${test.observation} ${test.positive} ${test.negative}`,
    ...pictureLines(test),
  ];
}

function pictureLines({ picture }: LitmusVerdict): string[] {
  if (picture === undefined) return [];
  return ["", ...(picture ?? "no execution to draw: the values alone exclude the condition").trimEnd().split("\n").map((line) => `  ${line}`)];
}
