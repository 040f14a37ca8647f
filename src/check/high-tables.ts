/**
 * Where CONFIG_HIGHPTE can put page tables into high memory, so that pte_offset_map() is a kmap_atomic(): on 32-bit x86 and
 * arm alone (arch/x86/Kconfig, arch/arm/Kconfig: "depends on HIGHMEM"). Elsewhere it was an address and no more before 6.6.
 */

/** Files of x86 that are built for 64 bits only: by their name, or by an option that depends on X86_64 (AMD_MEM_ENCRYPT, INTEL_TDX_GUEST). */
const wide = /^arch\/x86\/.*(?:_64|\/mem_encrypt\w*)\.c$/;

/** Whether code of the file may run on such a machine. */
export function mayHaveHighTables(file: string): boolean {
  return !/^arch\/(?!x86\/|arm\/)/.test(file) && !wide.test(file);
}
