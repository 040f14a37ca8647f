/**
 * Which arms of conditionals have brackets that pair up. An arm holds conditionals with arms of their own: what is known of
 * the inner ones is added up instead of being read again at each level around them, so that each character is read once.
 */

/** What a stretch does to the brackets that are open: how many more are behind it, and how many fewer at its lowest point. */
interface BracketSum {
  readonly round: number;
  readonly curly: number;
  readonly leastRound: number;
  readonly leastCurly: number;
}

interface Stretch {
  readonly from: number;
  readonly to: number;
}

const none: BracketSum = { round: 0, curly: 0, leastRound: 0, leastCurly: 0 };

function read(code: string, from: number, to: number): BracketSum {
  let round = 0;
  let curly = 0;
  let leastRound = 0;
  let leastCurly = 0;
  for (let at = from; at < to; at++) {
    const c = code.charCodeAt(at);
    if (c === 40) round++;
    else if (c === 41) leastRound = Math.min(leastRound, --round);
    else if (c === 123) curly++;
    else if (c === 125) leastCurly = Math.min(leastCurly, --curly);
  }
  return { round, curly, leastRound, leastCurly };
}

function oneAfterTheOther(a: BracketSum, b: BracketSum): BracketSum {
  return {
    round: a.round + b.round,
    curly: a.curly + b.curly,
    leastRound: Math.min(a.leastRound, a.round + b.leastRound),
    leastCurly: Math.min(a.leastCurly, a.curly + b.leastCurly),
  };
}

/** True when brackets pair up and none closes before it opens. */
function pairsUp({ round, curly, leastRound, leastCurly }: BracketSum): boolean {
  return round === 0 && curly === 0 && leastRound === 0 && leastCurly === 0;
}

/** Sums of conditionals, asked for in the order of their ends: inner ones before those around them. */
export class BracketSums {
  /** Conditionals that no other one holds yet, in order. */
  private readonly settled: (Stretch & { readonly sum: BracketSum })[] = [];
  private readonly code: string;
  constructor(code: string) {
    this.code = code;
  }

  /** Reads the conditional `whole`; `settle` is told of which arms the brackets pair up, and says which one is kept: "all", or a number that may be that of none. */
  add(whole: Stretch, arms: readonly Stretch[], settle: (pairUp: readonly boolean[]) => "all" | number): void {
    const inner: (typeof this.settled)[number][] = [];
    while (this.settled.length > 0 && this.settled.at(-1)!.from >= whole.from) inner.push(this.settled.pop()!);
    const upTo = (from: number, to: number): BracketSum => {
      let sum = none;
      let at = from;
      while (inner.length > 0 && inner.at(-1)!.to <= to) {
        const next = inner.pop()!;
        sum = oneAfterTheOther(oneAfterTheOther(sum, read(this.code, at, next.from)), next.sum);
        at = next.to;
      }
      return oneAfterTheOther(sum, read(this.code, at, to));
    };
    const sums = arms.map(({ from, to }) => upTo(from, to));
    const kept = settle(sums.map(pairsUp));
    this.settled.push({ ...whole, sum: kept === "all" ? this.everything(whole, arms, sums) : (sums[kept] ?? none) });
  }

  /** The arms and the directives between them, which may have brackets as well. */
  private everything(whole: Stretch, arms: readonly Stretch[], sums: readonly BracketSum[]): BracketSum {
    let sum = none;
    let at = whole.from;
    for (const [index, { from, to }] of arms.entries()) {
      sum = oneAfterTheOther(oneAfterTheOther(sum, read(this.code, at, from)), sums[index]!);
      at = to;
    }
    return oneAfterTheOther(sum, read(this.code, at, whole.to));
  }
}
