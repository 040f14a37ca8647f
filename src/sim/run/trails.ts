/**
 * Ways of a thread from one visible operation to the next on which it did what no other thread notices, yet what asks the world: it took a spare
 * table, counted one, emptied its gather. Such a way is kept as a trail of these operations with what each gave. In another state they are done
 * again, and as long as each gives the same, the code between them runs as it did: it looks at nothing but the thread. Where one gives something
 * else the trail branches, and where nobody has gone on from there yet the code is interpreted as if there were no trail.
 *
 * A step may go several ways, of which one ends where it meets another in the same state (machine.ts). Whether two worlds are the same there may
 * differ from state to state, so it is asked again, and part of the trail.
 */
import type { Arena } from "../world/arena.ts";
import type { World } from "../world/build.ts";
import type { Fault } from "../world/property.ts";
import type { Turn } from "../world/turn.ts";
import type { Operation } from "./operation.ts";
import type { Told } from "./told.ts";

/** What happened at a point of a trail: whether an operation is the thread's own business was asked, it was done, another way began, this one met one, or it ended. */
export type Event<Standing> =
  | { readonly k: "asked" | "done"; readonly operation: Operation }
  | { readonly k: "forked" | "ended" }
  | { readonly k: "met"; readonly place: string }
  | { readonly k: "arrived"; readonly standing: Standing; readonly fault: Fault | null };

/** What it took to find out how a thread goes on. */
export interface Lesson {
  /** What is to be said wherever the same happens, and of which run it has been. */
  readonly told: Told;
  heard: Told;
  /** Interpreted steps. */
  readonly work: number;
  /** Whether more than words of its own was asked. */
  readonly asks: boolean;
}

interface Point<Standing> {
  readonly event: Event<Standing>;
  /** By what it gave. */
  readonly next: Map<number, Point<Standing>>;
  /** Where all ways have ended behind it. */
  lesson: Lesson | null;
}

/** All trails from one operation with one result. */
export interface Trail<Standing> {
  /** How many locks there must be for it to be true; -1 when it does not matter. */
  readonly locks: number;
  readonly first: Point<Standing>;
}

/** What happens on the ways of a step while it is interpreted. */
export class Diary<Standing> {
  readonly events: { readonly event: Event<Standing>; readonly gave: number }[] = [];
  /** Something was asked or broken that is not among the events. */
  lost = false;
  /** Whether more than words of the thread's own was asked. */
  asks = false;
  private met: Map<string, string[]> | null = null;

  note(event: Event<Standing>, gave: number): void {
    this.events.push({ event, gave });
  }

  /** Whether nothing was asked at all. */
  isFree(): boolean {
    return !this.events.some(({ event }) => event.k === "asked" || event.k === "done");
  }

  /** A way came by this place of the code and of the thread; `world` names how it has left the world. */
  meets(place: string, world: string): void {
    this.met ??= new Map();
    const worlds = this.met.get(place) ?? [];
    this.met.set(place, worlds);
    const known = worlds.indexOf(world);
    this.note({ k: "met", place }, known < 0 ? worlds.push(world) - 1 : known);
  }
}

/** The trail with the events of a diary, which goes on from an older one as far as both say the same. */
export function extended<Standing>(old: Trail<Standing> | undefined, { events }: Diary<Standing>, lesson: Lesson, locks: number): Trail<Standing> {
  const [start, ...rest] = events;
  const first = old?.first ?? pointOf(start!.event);
  let at = first;
  let { gave } = start!;
  for (const { event, gave: then } of rest) {
    let next = at.next.get(gave);
    if (next === undefined) {
      next = pointOf(event);
      at.next.set(gave, next);
    }
    at = next;
    gave = then;
  }
  at.lesson = lesson;
  return { locks, first };
}

function pointOf<Standing>(event: Event<Standing>): Point<Standing> {
  return { event, next: new Map(), lesson: null };
}

/** A turn of which nobody wants to know more than whether it broke something. */
class Again implements Turn {
  readonly layout: Turn["layout"];
  readonly data: Int32Array;
  readonly mine: Int32Array;
  readonly values: Turn["values"];
  readonly thread: number;
  failed = false;

  constructor({ layout, values }: World, data: Int32Array, thread: number) {
    this.layout = layout;
    this.data = data;
    this.mine = data;
    this.values = values;
    this.thread = thread;
  }

  fail(): void {
    this.failed = true;
  }
}

export interface Followed<Standing> {
  readonly lesson: Lesson;
  readonly arrivals: readonly { readonly standing: Standing; readonly fault: Fault | null; readonly data: Int32Array }[];
}

/** Where the thread comes to from a state of the world, which stays as it is; null where nobody has gone yet. */
export function followed<Standing>({ first }: Trail<Standing>, world: World, arena: Arena, start: Int32Array, thread: number): Followed<Standing> | null {
  const arrivals: { readonly standing: Standing; readonly fault: Fault | null; readonly data: Int32Array }[] = [];
  const waiting: Int32Array[] = [];
  let met: Map<string, Int32Array[]> | null = null;
  let turn = new Again(world, arena.copyOf(start), thread);
  for (let at: Point<Standing> | undefined = first; at !== undefined; ) {
    const { event } = at;
    let gave = 0;
    switch (event.k) {
      case "asked":
        gave = Number(event.operation.local!(turn));
        break;
      case "done":
        gave = event.operation.run(turn)?.id ?? -1;
        break;
      case "forked":
        waiting.push(arena.copyOf(turn.data));
        break;
      case "met":
        met ??= new Map();
        gave = whereMet(met, event.place, turn.data, arena);
        break;
      case "arrived": case "ended": {
        if (event.k === "arrived") arrivals.push({ standing: event.standing, fault: event.fault, data: turn.data });
        else arena.giveBack(turn.data);
        const { lesson }: Point<Standing> = at;
        if (lesson !== null) return { lesson, arrivals };
        turn = new Again(world, waiting.pop()!, thread);
      }
    }
    // What breaks something ends the way where it does.
    if (turn.failed) return null;
    at = at.next.get(gave);
  }
  return null;
}

/** Which of the worlds that ways have come by with at the place is this one; the next number for a new one. */
function whereMet(met: Map<string, Int32Array[]>, place: string, data: Int32Array, arena: Arena): number {
  const worlds = met.get(place) ?? [];
  met.set(place, worlds);
  const known = worlds.findIndex((world) => world.every((word, i) => word === data[i]));
  return known < 0 ? worlds.push(arena.copyOf(data)) - 1 : known;
}
