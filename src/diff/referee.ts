/**
 * The counts of a hunk header as referee over its lines. A hunk "-a,O +b,N" has exactly O old and N new lines, so with
 * P lines marked "+", M marked "-" and U others in a stretch of text, of which c are the tails of wrapped lines,
 *
 *   lines marked "+" that are context = O - U - M + c        lines marked "-" that are context = N - U - P + c
 *
 * follow at once (tails that happen to start with "+" or "-" are taken off P and M first). What is left to choose is
 * where the hunk ends and which lines are tails; the choice that needs the fewest odd readings wins. Undamaged hunks never get here: they are read as git reads them (strictExtent).
 */
import { contentAfter, type Counts, looksIntact, naturalExtent, startsProse, type Stretch } from "./extent.ts";
import { certainDisguise, disguiseScore, type Mark, markOf, openDisguise, tailScore } from "./marks.ts";

/** How to read the raw lines `start`..`end - 1` of a hunk. All indexes are into the array given to the referee. */
export interface Reading {
  readonly end: number;
  /** Marked lines that are context. */
  readonly disguised: ReadonlySet<number>;
  /** Lines that are the tail of the line before. */
  readonly tails: ReadonlySet<number>;
  /** False when no reading satisfies the counts. */
  readonly fits: boolean;
  /** True when other marked lines were as likely as `disguised`, so that the choice is a guess. */
  readonly guessed: boolean;
}

const none: ReadonlySet<number> = new Set();
/** Tails per hunk and lines per hunk up to which readings are weighed; real hunks are far below. */
const mostTails = 16;
const mostMarkedTails = 3;
const mostDisguised = 12;
const mostLines = 20_000;
/** A reading dearer than this is less likely than wrong counts. */
const dearest = 14;

/** The cheapest reading of a damaged hunk; when the counts can't be met, the natural extent with `fits` false. */
export function judge(stretch: Stretch, counts: Counts | null): Reading {
  const natural = naturalExtent(stretch, counts);
  const naturally = { ...natural, disguised: none, guessed: false };
  if (counts === null || stretch.limit - stretch.start > mostLines) {
    return { ...naturally, fits: counts === null };
  }
  const best = weigh(stretch, counts, natural.end);
  if (best === null) return { ...naturally, fits: false };
  const tails = new Set<number>();
  for (const mark of ["bare", "plus", "minus"] as const) {
    for (const at of likelyTails(stretch, best.end, mark).slice(0, best.tails[mark])) tails.add(at);
  }
  const plus = pick(stretch, best.end, tails, "plus", best.plus);
  const minus = pick(stretch, best.end, tails, "minus", best.minus);
  return {
    end: withNotes(stretch, best.end),
    disguised: new Set([...plus.chosen, ...minus.chosen]),
    tails,
    fits: best.missing === 0,
    guessed: plus.tied || minus.tied,
  };
}

function withNotes(stretch: Stretch, end: number): number {
  let at = end;
  while (at < stretch.limit && markOf(stretch.lines[at]!) === "note") at++;
  return at;
}

interface Tails {
  readonly bare: number;
  readonly plus: number;
  readonly minus: number;
}

interface Candidate {
  readonly end: number;
  readonly plus: number;
  readonly minus: number;
  readonly tails: Tails;
  /** Context lines that the counts promise and the text does not have. */
  readonly missing: number;
  readonly cost: number;
}

/** What stands between the start of a stretch and a possible end. */
interface Tally {
  plus: number;
  minus: number;
  unmarked: number;
  /** Unmarked lines with text, of those the ones that are indented (never tails) and the ones that look like tails. */
  bare: number;
  indented: number;
  likely: number;
  /** Marked lines that may be tails. */
  likelyPlus: number;
  likelyMinus: number;
  /** Unmarked lines that read like a sentence. */
  prose: number;
}

/** Tries each end and each number of tails; running tallies make each try constant work. */
function weigh(stretch: Stretch, counts: Counts, natural: number): Candidate | null {
  const { start, limit } = stretch;
  const intact = looksIntact(stretch, counts);
  const leftover = contentAfter(stretch);
  const tally: Tally = { plus: 0, minus: 0, unmarked: 0, bare: 0, indented: 0, likely: 0, likelyPlus: 0, likelyMinus: 0, prose: 0 };
  let best: Candidate | null = null;
  for (let end = start; end <= limit; end++) {
    // No later end can have fewer lines: stop once even the most generous reading overshoots both counts.
    if (tally.unmarked - mostTails > Math.max(counts.old, counts.new)) break;
    const rest = leftover(end);
    for (const tails of tailChoices(tally)) {
      const odd = intact ? 5 * Math.min(2, tally.bare - tally.indented - tails.bare) : 0;
      const base = rest + tailCost(tally, tails) + odd + (tally.prose > 0 ? 5 : 0);
      if (base > dearest || (best !== null && base >= best.cost)) continue;
      const plus = counts.old - tally.unmarked - tally.minus + tails.bare + tails.minus;
      const minus = counts.new - tally.unmarked - tally.plus + tails.bare + tails.plus;
      let cost = Number.POSITIVE_INFINITY;
      let missing = 0;
      if (plus >= 0 && minus >= 0 && plus <= tally.plus && minus <= tally.minus && plus + minus <= mostDisguised) {
        cost = base + disguiseCost(stretch, end, plus, minus, intact) + (intact ? 6 * (plus + minus) : 0);
      }
      // A changed line taken for a tail only to make up for another that is not there: then the counts are wrong.
      const onlyBare = tails.plus + tails.minus === 0;
      if (plus === minus && plus > 0 && onlyBare && end === natural && base + 4 + plus < cost) {
        missing = plus;
        cost = base + 4 + plus;
      }
      if (cost > dearest || (best !== null && cost >= best.cost)) continue;
      best = missing > 0 ? { end, plus: 0, minus: 0, tails, missing, cost } : { end, plus, minus, tails, missing, cost };
    }
    if (end < limit) count(tally, stretch, end);
  }
  return best;
}

function count(tally: Tally, stretch: Stretch, at: number): void {
  const { lines } = stretch;
  const mark = markOf(lines[at]!);
  const likely = mark !== "empty" && tailScore(lines, at) > 0;
  if (mark === "plus" || mark === "minus") {
    tally[mark]++;
    if (likely && mark === "plus") tally.likelyPlus++;
    if (likely && mark === "minus") tally.likelyMinus++;
  } else if (mark !== "note") {
    tally.unmarked++;
    if (mark === "bare") {
      tally.bare++;
      if (/^\s/.test(lines[at]!)) tally.indented++;
      else if (likely) tally.likely++;
      if (startsProse(stretch, at)) tally.prose++;
    }
  }
}

function* tailChoices(tally: Tally): Generator<Tails> {
  const bares = Math.min(tally.bare - tally.indented, mostTails);
  const pluses = Math.min(tally.likelyPlus, mostMarkedTails);
  const minuses = Math.min(tally.likelyMinus, mostMarkedTails);
  for (let bare = 0; bare <= bares; bare++) {
    for (let plus = 0; plus <= pluses; plus++) for (let minus = 0; minus <= minuses; minus++) yield { bare, plus, minus };
  }
}

function tailCost(tally: Tally, tails: Tails): number {
  const likely = Math.min(tails.bare, tally.likely);
  // One wrapped line makes others likely: a mailer wraps all or none.
  return Math.min(4, 2 * likely) + 8 * (tails.bare - likely) + 3 * (tails.plus + tails.minus);
}

/**
 * One line that can hardly be a change makes others likely: it proves that signs of the code reached the first column.
 * Where context kept its blank no sign can have: there a changed line is one, unless its text alone speaks against it.
 */
function disguiseCost(stretch: Stretch, end: number, plus: number, minus: number, intact: boolean): number {
  if (plus + minus === 0) return 0;
  const scores = [...disguises(stretch, end, "plus").slice(0, plus), ...disguises(stretch, end, "minus").slice(0, minus)].map((one) => one.score);
  if (intact && Math.min(...scores) < certainDisguise) return Number.POSITIVE_INFINITY;
  // A sign that stands where no expression goes on is none of the code's: rather the counts are wrong, as in an edited mail.
  if (Math.max(...scores) < certainDisguise && Math.min(...scores) < openDisguise) return Number.POSITIVE_INFINITY;
  const most = Math.max(...scores) === certainDisguise ? 2 : 8;
  return scores.reduce((sum, score) => sum + Math.min(most, Math.max(1, 8 - score)), 0);
}

interface Ranked {
  readonly at: number;
  readonly score: number;
}

function ranked(stretch: Stretch, end: number, mark: Mark, score: (at: number) => number): Ranked[] {
  const found: Ranked[] = [];
  for (let at = stretch.start; at < end; at++) if (markOf(stretch.lines[at]!) === mark) found.push({ at, score: score(at) });
  return found.toSorted((a, b) => b.score - a.score || a.at - b.at);
}

function disguises(stretch: Stretch, end: number, mark: Mark): Ranked[] {
  return ranked(stretch, end, mark, (at) => disguiseScore(stretch.lines, at));
}

function pick(stretch: Stretch, end: number, tails: ReadonlySet<number>, mark: Mark, wanted: number): { chosen: number[]; tied: boolean } {
  if (wanted === 0) return { chosen: [], tied: false };
  const choice = disguises(stretch, end, mark).filter((one) => !tails.has(one.at));
  const [last, next] = [choice[wanted - 1], choice[wanted]];
  return { chosen: choice.slice(0, wanted).map((one) => one.at), tied: next !== undefined && next.score === last?.score };
}

/** Lines of the hunk that may be tails of wrapped lines, the likeliest first. */
function likelyTails(stretch: Stretch, end: number, mark: Mark): number[] {
  return ranked(stretch, end, mark, (at) => tailScore(stretch.lines, at))
    .filter((one) => mark === "bare" ? !/^\s/.test(stretch.lines[one.at]!) : one.score > 0)
    .map((one) => one.at);
}
