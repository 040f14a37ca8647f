/** RCU read sections, interrupt-off sections and the IPI that waits for the latter. */
import { endGrace } from "./tables.ts";
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
  if (data[layout.rcu + turn.thread] === 0) endGrace(turn);
}

/** Sends an IPI to every other CPU; ipiDone() says when all have taken it. */
export function sendIpi(turn: Turn): void {
  const { layout, data } = turn;
  let set = 0;
  for (let thread = 0; thread < layout.threads; thread++) if (thread !== turn.thread && data[layout.irq + thread]! > 0) set |= 1 << thread;
  data[layout.ipi + turn.thread] = set;
  if (set !== 0) turn.note("waits for CPUs that have interrupts off");
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
