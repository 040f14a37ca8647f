/** Many paths judge one obligation: the worst outcome stands for it, and what any path leaves open is open. */
import type { Outcome } from "../core/finding.ts";
import type { Judgement, Site } from "./model.ts";

export interface Judged {
  readonly judgement: Judgement;
  readonly site: Site;
}

const rank: Readonly<Record<Outcome, number>> = { proved: 0, unknown: 1, violated: 2 };

export function keepWorst(worst: Map<string, Judged>, judged: Judged): void {
  const key = obligationKey(judged);
  const known = worst.get(key);
  if (!known) {
    worst.set(key, judged);
    return;
  }
  const open = (known.judgement.open ?? 0) | (judged.judgement.open ?? 0);
  const worse = rank[judged.judgement.outcome] > rank[known.judgement.outcome] ? judged : known;
  if (worse !== known || open !== (known.judgement.open ?? 0)) worst.set(key, open === 0 ? worse : { ...worse, judgement: { ...worse.judgement, open } });
}

/** One obligation is one of these, whatever path comes to it. */
export function obligationKey({ judgement, site }: Judged): string {
  const loc = judgement.loc ?? site.loc;
  return `${judgement.quiet ?? ""}|${judgement.rule}|${loc.line}:${loc.column}|${judgement.what}`;
}
