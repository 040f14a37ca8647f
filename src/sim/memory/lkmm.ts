/**
 * The Linux-kernel memory model: linux-kernel.cat, linux-kernel.bell and lock.cat of Linux 6.12, tools/memory-model.
 *
 * The axioms coherence and atomic are kept by the search (coherence.ts); here are the others, in the order of the cat
 * file. docs/memory-model.md says why partial executions may be rejected.
 */
import type { Graph } from "./graph.ts";
import { misuseFlags } from "./lkmm-flags.ts";
import { keptBy, objectionOf } from "./lkmm-objection.ts";
import { orderingOf } from "./lkmm-order.ts";
import { plainVerdict } from "./lkmm-race.ts";
import { hasCriticalGrace, rcuOf, rcuRscsOf, srcuRscsOf } from "./lkmm-rcu.ts";
import { basicsOf } from "./lkmm-sets.ts";
import type { Checker, Knowledge, Model } from "./model.ts";

export const lkmm: Model = { name: "lkmm", prepare };

function prepare(graph: Graph, observed: ReadonlySet<string>): Checker {
  const { algebra: r } = graph;
  const basics = basicsOf(graph);
  const rcuRscs = rcuRscsOf(graph);
  const hasPlain = !r.isEmptySet(basics.Plain);
  const hasGrace = graph.events.some(({ tag }) => tag === "sync-rcu" || tag === "sync-srcu");

  /** The flags, null when an axiom is violated; partial knowledge has no flags. */
  const decide = (known: Knowledge, complete: boolean): string[] | null => {
    const ordering = orderingOf(graph, basics, known);
    if (!r.isIrreflexive(ordering.hbPlus)) return null;
    if (!r.isIrreflexive(ordering.pbPlus)) return null;
    const sections = { rcuRscs, srcuRscs: srcuRscsOf(graph, basics, known) };
    const needsRcu = hasPlain ? hasGrace : hasCriticalGrace(graph, sections);
    const rcu = needsRcu ? rcuOf(graph, ordering, known, sections) : null;
    if (rcu && !r.isIrreflexive(rcu.rb)) return null;
    const plain = hasPlain ? plainVerdict(graph, basics, ordering, known, rcu) : null;
    if (plain && !r.isEmpty(plain.incoherent)) return null;
    if (!complete) return [];
    const flags = misuseFlags(graph, basics, known, sections, observed);
    return plain && !r.isEmpty(plain.race) ? ["data-race", ...flags].toSorted() : flags;
  };

  const freeing = <T>(work: () => T): T => {
    const mark = r.mark();
    const result = work();
    r.release(mark);
    return result;
  };
  return {
    possible: (known) => freeing(() => decide(known, false) !== null),
    flags: (known) => freeing(() => decide(known, true)),
    objection: (known) => freeing(() => objectionOf(graph, basics, known, rcuRscs)),
    kept: (known) => freeing(() => keptBy(graph, basics, known)),
  };
}
