/**
 * Words of kernel C that the grammar does not know, as data for mask.ts. From include/linux/compiler_types.h,
 * compiler_attributes.h, init.h, cleanup.h and linkage.h of 6.12 and 6.1.
 */

/** Attributes without arguments: blanked. */
export const attributeWords: ReadonlySet<string> = new Set(
  `__user __kernel __iomem __rcu __percpu __force __nocast __safe __private __bitwise __bitwise__ __ref __refdata __refconst
  __init __exit __initdata __initconst __exitdata __meminit __meminitdata __net_init __net_exit __net_initdata __devinit
  __paginginit __head __latent_entropy __randomize_layout __no_randomize_layout __ro_after_init __read_mostly __cpuidle
  __always_inline __inline __inline__ noinline noinline_for_stack __noreturn noinstr __flatten __noclone __no_caller_saved_registers
  notrace __notrace_funcgraph __sched __lockfunc __kprobes __visible asmlinkage __must_check __cold __hot __weak __pure __const __attribute_const__
  __attribute__ __maybe_unused __always_unused __unused __used __deprecated __packed __malloc __no_sanitize_address __no_kasan_or_inline
  __no_sanitize_or_inline __no_kcsan __no_kmsan_checks __no_sanitize_memory __no_profile __no_stack_protector __nocfi __noscs
  __no_sanitize_coverage __no_sanitize_thread __no_context_analysis nokprobe_inline
  ____cacheline_aligned ____cacheline_aligned_in_smp ____cacheline_internodealigned_in_smp __cacheline_aligned __cacheline_aligned_in_smp
  __page_aligned_data __page_aligned_bss __extension__ __gnu_inline
  __bpf_kfunc __retain __nonstring __nonstring_array __irq_entry __softirq_entry __exception_irq_entry
  __designated_init __fix_address __signed_wrap __initdata_or_module __init_or_module __initconst_or_module
  __cpuinit __cpuinitdata __uml_setup __init_memblock __initdata_memblock
  __restrict __restrict__`.split(/\s+/),
);

/** Attributes with arguments: blanked with their parentheses. */
export const attributeCalls: ReadonlySet<string> = new Set(
  `__attribute__ __attribute __aligned __printf __scanf __section __alias __alloc_size __realloc_size __assume_aligned __copy
  __counted_by __counted_by_le __counted_by_be __cleanup __free __must_hold __must_hold_shared __acquires __acquires_shared __releases
  __releases_shared __cond_acquires __cond_acquires_shared __cond_releases __guarded_by __pt_guarded_by __mode
  __target __diagnose_as __overloadable __declspec __diag_ignore
  __context__`.split(/\s+/),
);

/** Attributes that a contract may be read from, kept in FunctionIr.attributes; those with arguments keep them. */
export const contractAttributes: ReadonlySet<string> = new Set(
  `__must_hold __must_hold_shared __acquires __acquires_shared __releases __releases_shared __cond_acquires __always_inline noinline __init __exit
  __must_check __cold __weak __meminit __ref notrace noinstr __sched asmlinkage __noreturn`.split(/\s+/),
);

export const primitiveTypes: ReadonlySet<string> = new Set("void char short int long float double signed unsigned bool _Bool __int128 size_t".split(" "));

/** Typedef names that a cast may name and that don't end in `_t`. */
export const shortTypedefs: ReadonlySet<string> = new Set(
  "u8 u16 u32 u64 s8 s16 s32 s64 __u8 __u16 __u32 __u64 __s8 __s16 __s32 __s64 __le16 __le32 __le64 __be16 __be32 __be64 ulong uint ushort".split(" "),
);

/** Words before `(` that don't make it a call. */
export const notCallees: ReadonlySet<string> = new Set(
  `if while for switch return sizeof typeof __typeof__ __typeof typeof_unqual __alignof__ __alignof _Alignof alignof offsetof __builtin_offsetof
  else do case goto defined asm __asm__ __attribute__ _Generic _Static_assert`.split(/\s+/),
);
