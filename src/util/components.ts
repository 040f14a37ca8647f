/**
 * Strongly connected components of the part of a graph that lies among `nodes`, each with the node first that is reached first; those that
 * lead to others come behind them (Tarjan, without recursion, so that long functions do not overflow).
 */
export function components(nodes: readonly number[], next: readonly (readonly number[])[], isIn: (node: number) => boolean = () => true): number[][] {
  const index = new Map<number, number>();
  const low = new Map<number, number>();
  const stack: number[] = [];
  const open = new Set<number>();
  const found: number[][] = [];
  for (const root of nodes) {
    if (index.has(root)) continue;
    const work: { readonly node: number; next: number }[] = [{ node: root, next: 0 }];
    while (work.length > 0) {
      const top = work.at(-1)!;
      const { node } = top;
      if (!index.has(node)) {
        low.set(node, index.size);
        index.set(node, index.size);
        stack.push(node);
        open.add(node);
      }
      const to = next[node]![top.next++];
      if (to !== undefined) {
        if (!isIn(to)) continue;
        if (!index.has(to)) work.push({ node: to, next: 0 });
        else if (open.has(to)) low.set(node, Math.min(low.get(node)!, index.get(to)!));
        continue;
      }
      work.pop();
      const below = work.at(-1);
      if (below) low.set(below.node, Math.min(low.get(below.node)!, low.get(node)!));
      if (low.get(node) !== index.get(node)) continue;
      const component = stack.splice(stack.lastIndexOf(node));
      for (const member of component) open.delete(member);
      found.push(component);
    }
  }
  return found;
}
