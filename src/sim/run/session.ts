/** One simulation: a world, the code that its threads run, and what was met that is not modelled. */
import type { RuleId } from "../../core/finding.ts";
import { Arena } from "../world/arena.ts";
import type { World } from "../world/build.ts";
import { NoRoom } from "../world/no-room.ts";
import { properties } from "../world/property.ts";
import type { Turn } from "../world/turn.ts";
import type { Value } from "../world/value.ts";
import { calleesOf, type Callee, type Code } from "./callees.ts";
import type { CellOf } from "./operation.ts";
import { Standings } from "./standings.ts";
import { StateIds } from "./state-ids.ts";
import { nothingTold, type Told } from "./told.ts";

export interface Session {
  readonly world: World;
  readonly callee: (name: string) => Callee;
  /** Most calls inside each other. */
  readonly depth: number;
  readonly cellOf: CellOf;
  /** Checks what must hold when a thread's own function returns. */
  readonly atExit: (turn: Turn) => void;
  readonly foreign: boolean;
  /** The rule that a failed BUG_ON() is reported under. */
  readonly asserted: RuleId;
  /** Shrinks by each interpreted step; below 0 nothing goes on. */
  readonly work: Work;
  readonly fieldDefault: (field: string, root: string) => Value | undefined;
  /** Whether the code under test may load a field of this name more than once. */
  readonly reloaded: (field: string) => boolean;
  readonly standings: Standings;
  /** Where states of the world are taken from. */
  readonly arena: Arena;
  /** Worlds that threads have come by with between two visible operations. */
  readonly worlds: StateIds;
  /** What the code under test makes an entry of when the value is not known. */
  readonly opaqueEntry: Value | null;
  /** Grows while the search runs. */
  told: Told;
}

/** What sessions in one world have in common that run the same code as their first thread, one after the other: what one has found out the next one knows. */
export interface Known {
  readonly standings: Standings;
  /** Numbers of shared variables, by address. */
  readonly cells: Map<string, number>;
}

export function nothingKnown(world: World): Known {
  return { standings: new Standings(world.locks), cells: new Map() };
}

/** Interpreted steps that are left, of one run or of several that share it: time is not the same twice, work is. */
export interface Work {
  left: number;
}

export interface SessionOptions {
  readonly world: World;
  readonly code: Code;
  readonly depth?: number;
  /** Whether threads share what stands at an address; absent when they share nothing but the world. */
  readonly isShared?: (root: string, path: string) => boolean;
  readonly atExit?: (turn: Turn) => void;
  readonly fieldDefault?: (field: string, root: string) => Value | undefined;
  /**
   * The first thread is code that was not written for the simulator: it may hold locks that are not known, and it is not
   * followed behind a call that is not modelled and may change page tables.
   */
  readonly foreign?: boolean;
  /** Absent: what the property says. */
  readonly asserted?: RuleId;
  /** Absent: no limit. */
  readonly work?: Work;
  /** Stands for an entry of which nothing is known but that it is stored; absent: such a store is not modelled. */
  readonly opaqueEntry?: Value;
  /** Absent: nothing. */
  readonly known?: Known;
  /** How often the code under test loads fields, by name. */
  readonly loads?: ReadonlyMap<string, number>;
}

export function newSession(options: SessionOptions): Session {
  const { cells, standings } = options.known ?? nothingKnown(options.world);
  const loads = options.loads ?? new Map<string, number>();
  return {
    world: options.world,
    callee: calleesOf(options.code, options.foreign ?? false),
    depth: options.depth ?? 16,
    cellOf: (root, path) => {
      if (options.isShared?.(root, path) !== true) return undefined;
      const address = root + path;
      let cell = cells.get(address);
      if (cell === undefined) {
        cell = cells.size;
        if (cell >= options.world.layout.cells) throw new NoRoom(`more than ${options.world.layout.cells} shared variables`);
        cells.set(address, cell);
      }
      return cell;
    },
    foreign: options.foreign ?? false,
    asserted: options.asserted ?? properties.assertion.rule,
    work: options.work ?? { left: Infinity },
    reloaded: (field) => (loads.get(field) ?? 2) > 1,
    fieldDefault: options.fieldDefault ?? (() => undefined),
    atExit: options.atExit ?? (() => {}),
    arena: new Arena(options.world.layout.size),
    worlds: new StateIds(),
    standings,
    opaqueEntry: options.opaqueEntry ?? null,
    told: nothingTold(),
  };
}
