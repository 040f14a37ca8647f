/**
 * The path that is being written down while a thread is run on terms. It only grows at its end, so that going back to
 * an earlier state (another branch, another outcome of a cmpxchg) is cutting lists.
 */
import type { Event, EventKind, EventTag, Pair, Path, Requirement } from "./event.ts";
import { merge, type Control, type RegisterState } from "./flow.ts";
import type { Term } from "./term.ts";

export interface Position {
  readonly lengths: readonly number[];
  readonly registers: ReadonlyMap<string, RegisterState>;
  readonly statement: number;
}

export class Recorder {
  readonly events: Event[] = [];
  readonly #statementOf: number[] = [];
  readonly #within: Pair[] = [];
  readonly #addr: Pair[] = [];
  readonly #data: Pair[] = [];
  readonly #ctrl: Pair[] = [];
  readonly #rmw: Pair[] = [];
  readonly #requirements: Requirement[] = [];
  #registers: ReadonlyMap<string, RegisterState>;
  #statement = 0;

  constructor(registers: ReadonlyMap<string, RegisterState>) {
    this.#registers = registers;
  }

  #lists(): unknown[][] {
    return [
      this.events, this.#statementOf, this.#within, this.#addr, this.#data, this.#ctrl, this.#rmw, this.#requirements,
    ];
  }

  position(): Position {
    return { lengths: this.#lists().map((list) => list.length), registers: this.#registers, statement: this.#statement };
  }

  goBack(position: Position): void {
    this.#lists().forEach((list, i) => { list.length = position.lengths[i]!; });
    this.#registers = position.registers;
    this.#statement = position.statement;
  }

  nextStatement(): void {
    this.#statement++;
  }

  register(name: string): RegisterState {
    return this.#registers.get(name) ?? { term: 0n, sources: [], taint: [] };
  }

  setRegister(name: string, state: RegisterState): void {
    this.#registers = new Map(this.#registers).set(name, state);
  }

  require(requirement: Requirement): void {
    this.#requirements.push(requirement);
  }

  /** Appends an event that comes after `before` within its statement, and returns its number. */
  emit(
    event: { readonly kind: EventKind; readonly tag: EventTag; readonly line: number; readonly atomic?: boolean },
    address: Term | null, value: Term | null, before: readonly number[], control: Control,
  ): number {
    const number = this.events.length;
    const { kind, tag, line } = event;
    this.events.push({ kind, tag, address, value, atomic: event.atomic ?? false, line });
    this.#statementOf.push(this.#statement);
    for (const earlier of before) this.#within.push([earlier, number]);
    if (kind !== "SRCU") for (const source of control.from) this.#ctrl.push([source, number]);
    return number;
  }

  /** Appends a read, whose value is what it will have read. */
  emitRead(
    event: { readonly kind: EventKind; readonly tag: EventTag; readonly line: number; readonly atomic?: boolean },
    address: Term, before: readonly number[], control: Control,
  ): number {
    return this.emit(event, address, { k: "read", event: this.events.length }, before, control);
  }

  addressDependency(sources: readonly number[], event: number): void {
    for (const source of sources) this.#addr.push([source, event]);
  }

  dataDependency(sources: readonly number[], event: number): void {
    for (const source of sources) this.#data.push([source, event]);
  }

  /** `event` comes before everything that was appended after it. */
  precedesTheRest(event: number): void {
    for (let later = event + 1; later < this.events.length; later++) this.#within.push([event, later]);
  }

  /** The numbers of the events appended since `start`. */
  since(start: number): readonly number[] {
    return Array.from({ length: this.events.length - start }, (_, i) => start + i);
  }

  pairRmw(read: number, write: number): void {
    this.#rmw.push([read, write]);
  }

  finish(cut: boolean): Path {
    return {
      events: this.events.slice(),
      po: this.#programOrder(),
      addr: this.#addr.slice(), data: this.#data.slice(), ctrl: this.#ctrl.slice(), rmw: this.#rmw.slice(),
      requirements: this.#requirements.slice(),
      registers: new Map(Array.from(this.#registers, ([name, state]) => [name, state.term])),
      cut,
    };
  }

  #programOrder(): readonly Pair[] {
    const po: Pair[] = [];
    const of = this.#statementOf;
    const later = this.events.map((_, e): number[] => this.#within.filter(([from]) => from === e).map(([, to]) => to));
    for (let e = this.events.length - 1; e >= 0; e--) later[e] = merge(later[e]!, ...later[e]!.map((to) => later[to]!)).slice();
    for (let e = 0; e < this.events.length; e++) {
      for (const to of later[e]!) po.push([e, to]);
      for (let to = e + 1; to < this.events.length; to++) if (of[to] !== of[e]) po.push([e, to]);
    }
    return po;
  }
}
