/**
 * Where threads stand, each place once, and how they got from one to the next: most of what a thread does between two
 * visible operations depends only on where it stood and on what the operation gave, and the same happens in thousands of
 * states. What asked the world on the way is kept as a trail of what it asked (trails.ts).
 */
import type { Step } from "../../c/ir.ts";
import type { LockNames } from "../world/locks.ts";
import type { Fault } from "../world/property.ts";
import type { EntryValue, TornValue } from "../world/value.ts";
import type { Operation } from "./operation.ts";
import type { Touch } from "./system.ts";
import type { ThreadState } from "./thread.ts";
import type { Lesson, Trail } from "./trails.ts";

/** A thread that has run as far as it can alone. `operation` is null when it has finished. */
export interface Standing {
  /** Equal for threads of one number that go on alike. */
  readonly id: number;
  readonly thread: ThreadState;
  readonly operation: Operation | null;
  /** The step that the operation belongs to. */
  readonly step: Step | null;
  /** What the operation touches, when that is the same in every state, else null. */
  readonly footprint: readonly Touch[] | null;
  /** What is known of how the thread goes on. */
  readonly after: After;
}

/** One way in which a thread got to the next visible operation without asking the world. */
export interface Passage {
  readonly standing: Standing;
  readonly fault: Fault | null;
}

/** An entry that a step looked at. */
export interface Sight {
  readonly table: number;
  readonly index: number;
  readonly value: EntryValue | TornValue;
}

/** All ways, and what it took to find them. */
export interface Passages extends Lesson {
  readonly ways: readonly Passage[];
  /** How many locks there must be for it to be true; -1 when it does not matter. */
  readonly locks: number;
}

/** By the number of the value that the operation gave, -1 for none. */
interface After {
  readonly passages: Map<number, Passages>;
  readonly trails: Map<number, Trail<Standing>>;
}

export class Standings {
  private readonly known = new Map<string, Standing>();
  private readonly locks: LockNames;

  constructor(locks: LockNames) {
    this.locks = locks;
  }

  /** The standing with this key, made when there is none. */
  of(key: string, make: () => Pick<Standing, "thread" | "operation" | "step" | "footprint">): Standing {
    let standing = this.known.get(key);
    if (standing === undefined) {
      standing = { id: this.known.size, ...make(), after: { passages: new Map(), trails: new Map() } };
      this.known.set(key, standing);
    }
    return standing;
  }

  passages(from: Standing, result: number): Passages | undefined {
    return this.valid(from.after.passages.get(result));
  }

  trail(from: Standing, result: number): Trail<Standing> | undefined {
    return this.valid(from.after.trails.get(result));
  }

  private valid<T extends { readonly locks: number }>(found: T | undefined): T | undefined {
    return found !== undefined && (found.locks < 0 || found.locks === this.locks.names.length) ? found : undefined;
  }
}
