/** RCU read sections, interrupt-off sections and the IPI that waits for the latter. */
import { endGrace } from "./tables.ts";
import { everyCpu, flush } from "./tlb.ts";
import { own, type Turn } from "./turn.ts";

export function enterRcu(turn: Turn): void {
  turn.data[turn.layout.rcu + turn.thread]! += 1;
}

export function leaveRcu(turn: Turn): void {
  const { layout, data } = turn;
  if (data[layout.rcu + turn.thread] === 0) {
    turn.fail("not-held", "leaves an RCU read section that it is not in");
    return;
  }
  data[layout.rcu + turn.thread]! -= 1;
  if (data[layout.rcu + turn.thread] === 0 && data[layout.irq + turn.thread] === 0) endGrace(turn);
}

export function disableInterrupts(turn: Turn): void {
  turn.data[turn.layout.irq + turn.thread]! += 1;
}

export function enableInterrupts(turn: Turn): void {
  const { layout, data } = turn;
  if (data[layout.irq + turn.thread] === 0) {
    turn.fail("not-held", "switches interrupts on that are not off");
    return;
  }
  data[layout.irq + turn.thread]! -= 1;
  if (data[layout.irq + turn.thread] !== 0) return;
  for (let thread = 0; thread < layout.threads; thread++) data[layout.ipi + thread]! &= ~own(turn);
  const held = data[layout.held + turn.thread]!;
  if (held !== 0) {
    flush(turn, held, own(turn));
    data[layout.held + turn.thread] = 0;
    turn.note?.("takes the IPI and flushes its TLB");
  }
  if (data[layout.rcu + turn.thread] === 0) endGrace(turn);
}

/** Sends an IPI to every other CPU; ipiDone() says when all have taken it. */
export function sendIpi(turn: Turn): void {
  const { layout, data } = turn;
  const set = deaf(turn);
  data[layout.ipi + turn.thread] = set;
  if (set !== 0) turn.note?.("waits for CPUs that have interrupts off");
}

/** Other threads that have interrupts off: their CPUs take no IPI now. */
function deaf(turn: Turn): number {
  const { layout, data } = turn;
  let set = 0;
  for (let thread = 0; thread < layout.threads; thread++) if (thread !== turn.thread && data[layout.irq + thread]! > 0) set |= 1 << thread;
  return set;
}

/**
 * A flush on every CPU. By IPI, those with interrupts off flush when they switch them on, and ipiDone() says when all have; else
 * the hardware or the hypervisor reaches all at once.
 */
export function flushEverywhere(turn: Turn, range: number, byIpi: boolean): void {
  const { layout, data } = turn;
  const later = byIpi ? deaf(turn) : 0;
  flush(turn, range, everyCpu(layout) & ~later);
  if (later === 0) return;
  data[layout.ipi + turn.thread] = later;
  for (let thread = 0; thread < layout.threads; thread++) if (later & (1 << thread)) data[layout.held + thread]! |= range;
  turn.note?.("waits for CPUs that have interrupts off");
}

export function ipiDone(turn: Turn): boolean {
  return turn.data[turn.layout.ipi + turn.thread] === 0;
}

/** Whether another CPU's hardware is in the middle of a walk, which a flush waits for. */
export function walkUnderWay(turn: Turn): boolean {
  const { layout, data } = turn;
  for (let thread = 0; thread < layout.threads; thread++) if (thread !== turn.thread && data[layout.walking + thread] !== 0) return true;
  return false;
}
