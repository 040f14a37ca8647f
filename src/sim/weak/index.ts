/** Kernel functions under the kernel's memory model: scenarios with `memory: lkmm`, and the litmus tests of findings. */
export { decide, deciding, type Decision } from "./decide.ts";
export { litmusName, weakProgram, type WeakProgram, type WeakSource } from "./program.ts";
export { weakProperties, type PropertyName } from "./properties.ts";
export { NotModelled } from "./thread.ts";
export { weakSteps, type Place } from "./trace.ts";
export { weakAnswer, type Ordering, type WeakAnswer, type WeakQuestion } from "./finding.ts";
