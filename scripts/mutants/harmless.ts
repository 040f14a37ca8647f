/**
 * Mutants that change no behaviour that a rule speaks of, each judged by reading the function (Debian's 6.12.117). The
 * criterion: on every path and for every interleaving the mutated function leaves locks, mappings and entries as the
 * original does, because another test or lock in view makes the dropped one superfluous.
 */
export interface Harmless {
  readonly operator: string;
  readonly function: string;
  /** Part of the line. */
  readonly text: string;
  readonly why: string;
}

export const harmless: readonly Harmless[] = [];
