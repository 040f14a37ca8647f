/** Kernel functions under the kernel's memory model: scenarios with `memory: lkmm`, and the litmus tests of findings. */
export { decide, deciding, type Decision } from "./decide.ts";
export { litmusName, weakProgram, type WeakProgram } from "./program.ts";
export { weakProperties } from "./properties.ts";
export { NotModelled } from "./thread.ts";
export { weakSteps } from "./trace.ts";
export { weakAnswer, type Ordering } from "./finding.ts";
