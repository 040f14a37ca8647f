/** Calls that stand in one version only, paired with the ones that took their place in the other. */
import type { CallStep } from "../../c/ir.ts";
import { namedCallsIn } from "../../c/index.ts";
import { type Both, type Pair, surplus } from "../pair.ts";

export interface Replaced {
  readonly gone: CallStep;
  readonly come: CallStep;
}

/** Calls by their text that one version has more often than the other. */
export function changedCalls({ from, to }: Pair): Both<readonly CallStep[]> {
  const [before, after] = [namedCallsIn(from.fn), namedCallsIn(to.fn)];
  const textOf = ({ text }: CallStep): string => text;
  return { from: surplus(before, after, textOf), to: surplus(after, before, textOf) };
}

/** Calls of one function that stay where they are and are handed other arguments: as many went as came. */
export function otherwiseCalled(pair: Pair): readonly Replaced[] {
  const { from, to } = changedCalls(pair);
  return from.flatMap((gone): Replaced[] => {
    const [before, after] = [from, to].map((calls) => calls.filter(({ callee }) => callee === gone.callee)) as [CallStep[], CallStep[]];
    const come = before.length === after.length ? after[before.indexOf(gone)] : undefined;
    return come === undefined ? [] : [{ gone, come }];
  });
}

/** The arguments as in the source. */
export function argumentTexts(text: string): readonly string[] {
  const found: string[] = [];
  let depth = 0;
  let start = text.indexOf("(") + 1;
  for (let at = start; at < text.length; at++) {
    const character = text[at]!;
    if (character === "(" || character === "[") depth++;
    else if (character === "]" || (character === ")" && depth > 0)) depth--;
    else if ((character === "," && depth === 0) || character === ")") {
      found.push(text.slice(start, at).replace(/\s+/g, " ").trim());
      start = at + 1;
      if (character === ")") break;
    }
  }
  return found;
}
