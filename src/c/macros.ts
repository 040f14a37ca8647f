/**
 * Kernel macros by name: how a call of one is lowered. Data only; calls.ts acts on it. A macro that is not here is a call
 * like any other. From include/linux/{compiler,bug,mmdebug,rcupdate,minmax,kconfig,list,xarray}.h and asm-generic/{bug,
 * barrier,rwonce}.h of 6.12.
 */
import type { Marking } from "./ir.ts";

export type MacroRule =
  /** The value is that of argument `arg`; the other arguments are not evaluated. */
  | { readonly k: "transparent"; readonly arg: number }
  /** Execution stops when the first argument is true. */
  | { readonly k: "stop-if" }
  /** Execution stops. */
  | { readonly k: "stop" }
  /** Compile-time only. */
  | { readonly k: "nothing" }
  /** Reads the place that is argument 0, or that argument 0 points to. */
  | { readonly k: "load"; readonly marking: Marking; readonly through: boolean }
  /** Writes argument 1 to the place that is argument 0, or that it points to; then calls `afterwards`, if given. */
  | { readonly k: "store"; readonly marking: Marking; readonly through: boolean; readonly afterwards?: string }
  /** The smaller or larger of two arguments, the first two behind `skip`. */
  | { readonly k: "pick"; readonly op: "<" | ">"; readonly skip: number }
  | { readonly k: "swap" }
  /** A configuration switch: the global of that name. */
  | { readonly k: "config" }
  /** Hands an automatic variable over: its value, then the variable is 0. */
  | { readonly k: "take" }
  | { readonly k: "return-take" }
  /** Declares the variable that is argument 0 and initialises it by the call. */
  | { readonly k: "declare"; readonly type: string };

const rules = new Map<string, MacroRule>();

function add(names: string, rule: MacroRule): void {
  for (const name of names.trim().split(/\s+/)) rules.set(name, rule);
}

add("likely unlikely likely_notrace unlikely_notrace __builtin_expect data_race", { k: "transparent", arg: 0 });
add(
  `WARN_ON WARN_ON_ONCE WARN WARN_ONCE WARN_TAINT WARN_TAINT_ONCE WARN_RATELIMIT WARN_ON_SMP
  VM_WARN_ON VM_WARN_ON_ONCE VM_WARN VM_WARN_ONCE VM_WARN_ON_ONCE_PAGE VM_WARN_ON_ONCE_FOLIO VM_WARN_ON_FOLIO VM_WARN_ON_ONCE_MM
  VM_WARN_ON_VMG VM_WARN_ON_ONCE_VMA DEBUG_LOCKS_WARN_ON SCHED_WARN_ON RCU_LOCKDEP_WARN
  CHECK_DATA_CORRUPTION`,
  { k: "transparent", arg: 0 },
);
add(
  `BUG_ON VM_BUG_ON VM_BUG_ON_PAGE VM_BUG_ON_FOLIO VM_BUG_ON_VMA VM_BUG_ON_MM VM_BUG_ON_PGFLAGS VIRTUAL_BUG_ON`,
  { k: "stop-if" },
);
add("BUG panic unreachable __builtin_unreachable __builtin_trap do_exit make_task_dead do_group_exit nmi_panic machine_restart", { k: "stop" });
add(
  `BUILD_BUG_ON BUILD_BUG_ON_MSG BUILD_BUG_ON_NOT_POWER_OF_2 BUILD_BUG_ON_INVALID BUILD_BUG MAYBE_BUILD_BUG_ON static_assert
  _Static_assert compiletime_assert compiletime_assert_atomic_type ASSERT_EXCLUSIVE_WRITER ASSERT_EXCLUSIVE_ACCESS
  ASSERT_EXCLUSIVE_WRITER_SCOPED ASSERT_EXCLUSIVE_BITS __diag_push __diag_pop __diag_ignore_all instrumentation_begin
  instrumentation_end typecheck uninitialized_var fallthrough`,
  { k: "nothing" },
);
add("READ_ONCE __READ_ONCE READ_ONCE_NOCHECK ACCESS_ONCE rcu_access_pointer", { k: "load", marking: "READ_ONCE", through: false });
add("smp_load_acquire", { k: "load", marking: "smp_load_acquire", through: true });
add(
  `rcu_dereference rcu_dereference_check rcu_dereference_bh rcu_dereference_bh_check rcu_dereference_sched rcu_dereference_sched_check
  rcu_dereference_raw rcu_dereference_raw_check srcu_dereference srcu_dereference_check srcu_dereference_notrace lockless_dereference`,
  { k: "load", marking: "rcu_dereference", through: false },
);
add("rcu_dereference_protected", { k: "load", marking: null, through: false });
add("WRITE_ONCE __WRITE_ONCE RCU_INIT_POINTER", { k: "store", marking: "WRITE_ONCE", through: false });
add("smp_store_release", { k: "store", marking: "smp_store_release", through: true });
add("rcu_assign_pointer", { k: "store", marking: "rcu_assign_pointer", through: false });
add("smp_store_mb", { k: "store", marking: "WRITE_ONCE", through: false, afterwards: "smp_mb" });
add("min umin", { k: "pick", op: "<", skip: 0 });
add("max umax", { k: "pick", op: ">", skip: 0 });
add("min_t", { k: "pick", op: "<", skip: 1 });
add("max_t", { k: "pick", op: ">", skip: 1 });
add("swap", { k: "swap" });
add("IS_ENABLED IS_BUILTIN IS_MODULE IS_REACHABLE", { k: "config" });
add("no_free_ptr take_fd", { k: "take" });
add("return_ptr", { k: "return-take" });
add("LIST_HEAD HLIST_HEAD", { k: "declare", type: "struct list_head" });
add("DEFINE_WAIT DEFINE_WAIT_FUNC DEFINE_WAIT_BIT", { k: "declare", type: "struct wait_queue_entry" });
add("DECLARE_BITMAP", { k: "declare", type: "unsigned long []" });
add("XA_STATE XA_STATE_ORDER", { k: "declare", type: "struct xa_state" });
add("MA_STATE", { k: "declare", type: "struct ma_state" });
add("VMA_ITERATOR", { k: "declare", type: "struct vma_iterator" });
add("DEFINE_FOLIO_VMA_WALK DEFINE_PAGE_VMA_WALK", { k: "declare", type: "struct page_vma_mapped_walk" });
add("DECLARE_COMPLETION_ONSTACK", { k: "declare", type: "struct completion" });
add("DECLARE_WAITQUEUE", { k: "declare", type: "struct wait_queue_entry" });
add("DECLARE_WAIT_QUEUE_HEAD_ONSTACK", { k: "declare", type: "struct wait_queue_head" });
add("VMG_STATE VMG_MMAP_STATE VMG_VMA_STATE", { k: "declare", type: "struct vma_merge_struct" });
add("DEFINE_RATELIMIT_STATE", { k: "declare", type: "struct ratelimit_state" });

export const macroRules: ReadonlyMap<string, MacroRule> = rules;

/** How a for_each-like macro sets its variable. */
export interface LoopRule {
  /** Position of the loop variable. */
  readonly variable: number;
  /** The variable is 0 when the loop ends of itself, as after xas_for_each(); false: it keeps some value. */
  readonly endsNull: boolean;
}

/** Macros whose variable is not their first argument, or is 0 behind the loop. */
const loopRules: readonly { readonly match: RegExp; readonly rule: LoopRule }[] = [
  { match: /^(?:xas_for_each|mas_for_each|mt_for_each)/, rule: { variable: 1, endsNull: true } },
  { match: /^for_each_vma/, rule: { variable: 1, endsNull: true } },
  { match: /^(?:vma_interval_tree_foreach|anon_vma_interval_tree_foreach|interval_tree_for_each_double_span)$/, rule: { variable: 0, endsNull: true } },
  { match: /^xa_for_each/, rule: { variable: 2, endsNull: true } },
  { match: /^hash_for_each_possible/, rule: { variable: 1, endsNull: false } },
  { match: /^hash_for_each_safe/, rule: { variable: 3, endsNull: false } },
  { match: /^hash_for_each/, rule: { variable: 2, endsNull: false } },
  { match: /^(?:idr_for_each_entry|for_each_thread$)/, rule: { variable: 1, endsNull: false } },
  { match: /^(?:for_each_sg|for_each_sgtable_sg|for_each_sgtable_dma_sg)$/, rule: { variable: 1, endsNull: false } },
  { match: /^for_each_mem_cgroup/, rule: { variable: 0, endsNull: true } },
];

export function loopRule(name: string): LoopRule {
  return loopRules.find(({ match }) => match.test(name))?.rule ?? { variable: 0, endsNull: false };
}
