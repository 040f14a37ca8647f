/** What things go by in the source: names in a text, what temporaries stand for, which variables stand for one entry, where a value comes from. */
import { definedBy, operandsOf, printExpr, printPlace } from "../../c/index.ts";
import type { FunctionIr, Step } from "../../c/ir.ts";
import { memoByObject } from "../../util/memo.ts";

/** Whether two names are the same, or one is what the other leads to: `vmf` and `vmf->pte`. */
export function areRelated(a: string, b: string): boolean {
  return a === b || a.startsWith(`${b}->`) || b.startsWith(`${a}->`) || a.startsWith(`${b}.`) || b.startsWith(`${a}.`);
}

/** Names in a text of C, functions that are called left out. */
export function namesIn(text: string): Set<string> {
  return new Set(Array.from(text.matchAll(/\b[A-Za-z_]\w*(?:(?:->|\.)[A-Za-z_]\w*)*(?!\w)(?!\s*\()/g), (match) => match[0]));
}

/** What temporaries stand for, as in the source. A temporary has one definition in nearly all cases; the last one counts. */
export function textsOfTemporaries(fn: FunctionIr): Map<string, string> {
  const texts = new Map<string, string>();
  for (const block of fn.blocks) {
    for (const step of block.steps) {
      const name = definedBy(step);
      if (name === null || !name.startsWith("%")) continue;
      if (step.op === "call") texts.set(name, step.text);
      else if (step.op === "load") texts.set(name, printed(printPlace(step.place), texts));
      else if (step.op === "assign" && step.value !== null) texts.set(name, printed(printExpr(step.value), texts));
    }
  }
  return texts;
}

const longestText = 400;

/** A printed expression or place as in the source. */
export function printed(text: string, texts: ReadonlyMap<string, string>): string {
  return text.replace(/%\d+/g, (name) => texts.get(name) ?? name).slice(0, longestText);
}

/** Variables that stand for the same entry: a value and the pointer it was read through, and what was made of it. */
export function aliases(fn: FunctionIr, isCopy: (callee: string) => boolean): (name: string) => ReadonlySet<string> {
  const parent = new Map<string, string>();
  const rootOf = (name: string): string => {
    let at = name;
    for (let next = parent.get(at); next !== undefined && next !== at; next = parent.get(at)) at = next;
    return at;
  };
  const join = (a: string, b: string): void => {
    for (const name of [a, b]) if (!parent.has(name)) parent.set(name, name);
    parent.set(rootOf(a), rootOf(b));
  };
  for (const block of fn.blocks) {
    for (const step of block.steps) {
      const to = definedBy(step);
      if (to === null || (step.op === "call" && !(step.callee !== null && isCopy(step.callee)))) continue;
      const from = step.op === "load" ? printPlace(step.place) : printExpr(operandsOf(step).at(-1) ?? { k: "num", value: 0n });
      const [base] = from.startsWith("%") ? [from] : namesIn(from.split("[", 1)[0]!);
      if (base !== undefined) join(to.replace(/#\d+$/, ""), base);
    }
  }
  return (name) => {
    const root = rootOf(name);
    return new Set([name, ...Array.from(parent.keys()).filter((other) => !other.startsWith("%") && rootOf(other) === root)]);
  };
}

const none: ReadonlySet<string> = new Set();

/** Where the values of a variable come from, as in the source: two versions that fill it from elsewhere test other things. */
export function originsOf(name: string, fn: FunctionIr): ReadonlySet<string> {
  return originsIn(fn).get(name) ?? none;
}

const originsIn = memoByObject((fn: FunctionIr): ReadonlyMap<string, ReadonlySet<string>> => {
  const texts = textsOfTemporaries(fn);
  const found = new Map<string, Set<string>>();
  for (const step of fn.blocks.flatMap((block) => block.steps)) {
    const name = definedBy(step)?.replace(/#\d+$/, "");
    const text = originIn(step, texts);
    if (name === undefined || text === null) continue;
    const known = found.get(name);
    if (known === undefined) found.set(name, new Set([text]));
    else known.add(text);
  }
  return found;
});

function originIn(step: Step, texts: ReadonlyMap<string, string>): string | null {
  if (step.op === "call") return step.text;
  if (step.op === "assign" && step.value !== null) return printed(printExpr(step.value), texts);
  return step.op === "load" ? printed(printPlace(step.place), texts) : null;
}
