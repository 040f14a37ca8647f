/** Types of structure fields that reviewed functions use without the definition in view (6.12; the listed fields keep their types from 4.18 on). */
import type { FieldTypes } from "../src/rulebook/schema.ts";

export const fieldTypes: readonly FieldTypes[] = [
  {
    record: "struct vm_fault",
    fields: {
      vma: "struct vm_area_struct *",
      address: "unsigned long",
      pmd: "pmd_t *",
      pud: "pud_t *",
      orig_pte: "pte_t",
      orig_pmd: "pmd_t",
      pte: "pte_t *",
      ptl: "spinlock_t *",
      prealloc_pte: "pgtable_t",
      page: "struct page *",
      flags: "unsigned int",
    },
  },
  {
    record: "struct page_vma_mapped_walk",
    fields: { vma: "struct vm_area_struct *", address: "unsigned long", pmd: "pmd_t *", pte: "pte_t *", ptl: "spinlock_t *", flags: "unsigned int" },
  },
  { record: "struct mm_walk", fields: { mm: "struct mm_struct *", vma: "struct vm_area_struct *", pgd: "pgd_t *", action: "enum page_walk_action", private: "void *" } },
  { record: "struct vm_area_struct", fields: { vm_mm: "struct mm_struct *", vm_file: "struct file *", anon_vma: "struct anon_vma *", vm_start: "unsigned long", vm_end: "unsigned long" } },
  { record: "struct mm_struct", fields: { page_table_lock: "spinlock_t", pgd: "pgd_t *" } },
  { record: "struct folio_walk", fields: { ptep: "pte_t *", pmdp: "pmd_t *", pudp: "pud_t *", pte: "pte_t", pmd: "pmd_t", pud: "pud_t", ptl: "spinlock_t *", vma: "struct vm_area_struct *" } },
  { record: "struct mmu_gather", fields: { mm: "struct mm_struct *" } },
  // fs/userfaultfd.c, new_userfaultfd(); fs/proc/base.c, proc_mem_open(); drivers/android/binder_alloc.c, binder_alloc_init();
  // drivers/vfio/vfio_iommu_type1.c, vfio_dma_do_map(); drivers/iommu/iommufd/pages.c, iopt_alloc_pages(): mmgrab().
  { record: "struct userfaultfd_ctx", fields: { mm: "struct mm_struct *" }, grabbed: ["mm"] },
  { record: "struct proc_maps_private", fields: { mm: "struct mm_struct *" }, grabbed: ["mm"] },
  { record: "struct proc_maps_locking_ctx", fields: { mm: "struct mm_struct *" }, grabbed: ["mm"] },
  { record: "struct binder_alloc", fields: { mm: "struct mm_struct *" }, grabbed: ["mm"] },
  { record: "struct vfio_dma", fields: { mm: "struct mm_struct *" }, grabbed: ["mm"] },
  { record: "struct iopt_pages", fields: { source_mm: "struct mm_struct *" }, grabbed: ["source_mm"] },
];
