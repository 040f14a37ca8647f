/** Milliseconds since the process began, for durations. Node's `performance` loads a dozen modules when it is first asked. */
export function milliseconds(): number {
  return process.uptime() * 1000;
}
