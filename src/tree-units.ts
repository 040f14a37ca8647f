/**
 * The units of a tree's files, each made once of a text. Files are cut and lowered when somebody asks for one, and kept as far as
 * memory is meant for them, or somebody else still has them.
 */
import { cutText, lowerCut, type Outline } from "./c/index.ts";
import type { UnitIr } from "./c/ir.ts";
import type { KeptSummaries } from "./kept-summaries.ts";
import { Recent } from "./util/recent.ts";

/** Characters kept of files that are cut (some five bytes for each), and of those that are lowered (some fifty); twice as many for a while. */
const mostCut = 8_000_000;
const mostLowered = 1_500_000;

/** The texts that units were made of. */
const sourceOf = new WeakMap<UnitIr, string>();

/** What is known of one state of a file. */
interface Known {
  readonly source: string;
  cut: Outline | null;
  defines: readonly string[] | null;
}

export class TreeUnits {
  readonly #kept: KeptSummaries;
  readonly #cut = new Recent<Known>(mostCut);
  /** Lowered bodies stay with their unit, so this is where most of the memory of a long run is. */
  readonly #units = new Recent<UnitIr>(mostLowered);
  /** All that are still there, because somebody uses them or nobody has cleared them away yet: no body of theirs is lowered a second time. */
  readonly #unitsLeft = new Map<string, WeakRef<UnitIr>>();

  /** `kept`: what earlier runs have found out of the files. */
  constructor(kept: KeptSummaries) {
    this.#kept = kept;
  }

  /** To be called once, at the end of a run. */
  close(): void {
    this.#kept.close();
  }

  unit(path: string, source: string): UnitIr {
    const before = this.#unitsLeft.get(path)?.deref();
    const unit = before !== undefined && sourceOf.get(before) === source ? before : this.#lowered(path, source);
    this.#units.keep(path, source.length, unit);
    this.#unitsLeft.set(path, new WeakRef(unit));
    return unit;
  }

  #lowered(path: string, source: string): UnitIr {
    const cut = (this.#known(path, source).cut ??= cutText(path, source));
    const unit = lowerCut(cut, this.#kept.of(source));
    sourceOf.set(unit, source);
    return unit;
  }

  /** Whether the text looks as if it defined one of the functions. */
  definesAny(path: string, source: string, isWanted: (name: string) => boolean): boolean {
    const known = this.#known(path, source);
    known.defines ??= definitions(source);
    return known.defines.some(isWanted);
  }

  #known(path: string, source: string): Known {
    const before = this.#cut.find(path);
    if (before?.source === source) return before;
    const made: Known = { source, cut: null, defines: null };
    this.#cut.keep(path, source.length, made);
    return made;
  }
}

/** A definition stands at the start of a line, as kernel style has it: "static int name(" and no semicolon before. */
function definitions(source: string): string[] {
  return Array.from(source.matchAll(/^[a-z][^\n;=(){}]*?\b(\w+)\(/gm), (match) => match[1]!);
}
