/** Lowers jumps: labels, goto, return, break and continue, with the cleanups of the scopes they leave. */
import { held, locOf, textOf, type Lowering } from "./lowering.ts";
import { childOf, firstNamed, namedChildren, type SyntaxNode } from "./syntax.ts";

/** Finds the labels in `body`, so that a goto may come first. */
export function collectLabels(l: Lowering, body: SyntaxNode): void {
  const stack = [body];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    const label = node.kind === "labeled_statement" ? childOf(node, "label") : null;
    const name = label === null ? "" : textOf(l, label);
    if (name !== "" && !l.flow.labels.has(name)) l.flow.labels.set(name, { block: l.builder.newBlock(), offset: node.start });
    for (const child of node.children) stack.push(child);
  }
}

export function lowerLabeled(l: Lowering, node: SyntaxNode): void {
  const label = childOf(node, "label");
  const target = label === null ? undefined : l.flow.labels.get(textOf(l, label));
  if (target !== undefined) {
    l.builder.goto(target.block);
    l.builder.at(target.block);
    l.flow.cut?.enter(target.block, locOf(l, node).line);
  }
  for (const child of namedChildren(node)) if (child !== label) l.statement(child);
}

export function lowerReturn(l: Lowering, node: SyntaxNode): void {
  const inner = firstNamed(node);
  const loc = locOf(l, node);
  let value = inner === null ? null : l.value(inner);
  if (value !== null && l.builder.cleanups.length > 0) value = held(l, value, loc);
  l.builder.runCleanups(0, loc);
  l.builder.end({ k: "return", value, loc });
}

/** break and continue. */
export function lowerLeave(l: Lowering, node: SyntaxNode): void {
  const loc = locOf(l, node);
  const target = l.builder.targets.at(-1);
  const isBreak = node.kind === "break_statement";
  const to = target === undefined ? null : isBreak ? target.breakTo : target.continueTo;
  if (target === undefined || to === null) {
    l.builder.end({ k: "lost", why: `${isBreak ? "break" : "continue"} out of a loop that is not in sight`, loc });
    return;
  }
  // `continue` in a switch belongs to the loop around it, which may have fewer cleanups pending.
  const depth = isBreak ? target.cleanups : (l.builder.targets.find((t) => t.continueTo === to)?.cleanups ?? target.cleanups);
  l.builder.runCleanups(depth, loc);
  l.builder.goto(to);
}

export function lowerGoto(l: Lowering, node: SyntaxNode): void {
  const loc = locOf(l, node);
  const label = childOf(node, "label");
  const name = label === null ? "" : textOf(l, label);
  const target = l.flow.labels.get(name);
  if (target === undefined) {
    l.builder.end({ k: "lost", why: name === "" ? "computed goto" : `label ${name} is not in sight`, loc });
    return;
  }
  for (let index = l.builder.cleanups.length - 1; index >= 0; index--) {
    const cleanup = l.builder.cleanups[index]!;
    if (!(cleanup.from < target.offset && target.offset < cleanup.scope)) l.builder.runCleanup(cleanup, loc);
  }
  l.builder.goto(target.block);
}
