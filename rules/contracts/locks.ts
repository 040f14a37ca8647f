/** Lock primitives. The object of a lock is the argument; a pointer to a page-table lock keeps its class. */
import type { Contract } from "../../src/rulebook/schema.ts";

const spin = { file: "include/linux/spinlock.h", where: "spin_lock()", version: "6.12" } as const;
const mmap = { file: "include/linux/mmap_lock.h", where: "mmap_read_lock()", version: "6.12" } as const;
const imap = { file: "include/linux/fs.h", where: "i_mmap_lock_write()", version: "6.12" } as const;
const anon = { file: "include/linux/rmap.h", where: "anon_vma_lock_write()", version: "6.12" } as const;
const rcu = { file: "include/linux/rcupdate.h", where: "rcu_read_lock()", version: "6.12" } as const;
const vma = { file: "include/linux/mm.h", where: "vma_start_read()", version: "6.12" } as const;
const fault = { file: "mm/memory.c", where: "handle_mm_fault()", version: "6.12" } as const;
const gup = { file: "mm/gup.c", where: "__get_user_pages_locked()", version: "6.12" } as const;
const mutex = { file: "kernel/locking/mutex.c", where: "mutex_lock()", version: "6.12" } as const;
const rwsem = { file: "kernel/locking/rwsem.c", where: "down_read()", version: "6.12" } as const;
const pagemap = { file: "include/linux/pagemap.h", where: "folio_lock()", version: "6.12" } as const;
const lockdep = { file: "include/linux/lockdep.h", where: "lockdep_assert_held()", version: "6.12" } as const;

export const contracts: readonly Contract[] = [
  { name: "vma_end_write_all", since: "6.4", params: ["mm"], requires: [{ need: "ends-mmap-lock" }], references: [{ file: "include/linux/mmap_lock.h", where: "vma_end_write_all()", version: "6.12" }] },
  {
    name: "spin_lock",
    aliases: ["spin_lock_bh", "raw_spin_lock", "raw_spin_lock_bh", "guard:spinlock"],
    params: ["lock"],
    effects: [{ do: "acquire", lock: { pointer: "lock" }, plain: true }],
    references: [spin],
  },
  {
    name: "spin_lock_irqsave",
    aliases: ["spin_lock_irq", "raw_spin_lock_irqsave", "raw_spin_lock_irq"],
    params: ["lock"],
    effects: [{ do: "acquire", lock: { pointer: "lock" } }],
    references: [spin],
  },
  { name: "spin_lock_nested", aliases: ["raw_spin_lock_nested"], params: ["lock", "subclass"], effects: [{ do: "acquire", lock: { pointer: "lock" }, nested: true }], references: [spin] },
  {
    name: "spin_unlock",
    aliases: ["spin_unlock_bh", "raw_spin_unlock", "raw_spin_unlock_bh", "unguard:spinlock"],
    params: ["lock"],
    effects: [{ do: "release", lock: { pointer: "lock" } }],
    references: [spin],
  },
  {
    // What local_irq_save() turned off, too, where the lock was taken by a plain spin_lock() after it (krc_this_cpu_lock(), mm/slab_common.c, 6.14);
    // what spin_lock_irqsave() found turned off stays so.
    name: "spin_unlock_irqrestore",
    aliases: ["spin_unlock_irq", "raw_spin_unlock_irqrestore", "raw_spin_unlock_irq"],
    params: ["lock"],
    effects: [
      { do: "release", lock: { pointer: "lock" } },
      { do: "may-release", lock: { class: "irq-off", of: null }, after: { pointer: "lock" } },
    ],
    references: [spin],
  },
  { name: "spin_trylock", aliases: ["raw_spin_trylock", "spin_trylock_irqsave"], params: ["lock"], effects: [{ do: "acquire", lock: { pointer: "lock" }, when: "nonzero", try: true }], references: [spin] },
  { name: "lockdep_assert_held", aliases: ["assert_spin_locked", "lockdep_assert_held_once"], params: ["lock"], effects: [{ do: "assert", lock: { pointer: "lock" } }], references: [lockdep] },
  { name: "mmap_read_lock", since: "5.8", params: ["mm"], effects: [{ do: "acquire", lock: { class: "mmap", of: "mm" }, mode: "read" }], references: [mmap] },
  { name: "mmap_read_unlock", since: "5.8", aliases: ["mmap_read_unlock_non_owner"], params: ["mm"], effects: [{ do: "release", lock: { class: "mmap", of: "mm" } }], references: [mmap] },
  { name: "mmap_write_lock", since: "5.8", aliases: ["mmap_write_lock_nested"], params: ["mm"], effects: [{ do: "acquire", lock: { class: "mmap", of: "mm" }, mode: "write" }], references: [mmap] },
  { name: "mmap_write_unlock", since: "5.8", params: ["mm"], effects: [{ do: "release", lock: { class: "mmap", of: "mm" } }], references: [mmap] },
  { name: "mmap_read_trylock", since: "5.8", params: ["mm"], effects: [{ do: "acquire", lock: { class: "mmap", of: "mm" }, mode: "read", when: "nonzero", try: true }], references: [mmap] },
  { name: "mmap_write_trylock", since: "5.8", params: ["mm"], effects: [{ do: "acquire", lock: { class: "mmap", of: "mm" }, mode: "write", when: "nonzero", try: true }], references: [mmap] },
  { name: "mmap_read_lock_killable", since: "5.8", params: ["mm"], effects: [{ do: "acquire", lock: { class: "mmap", of: "mm" }, mode: "read", when: "zero" }], references: [mmap] },
  { name: "mmap_write_lock_killable", since: "5.8", params: ["mm"], effects: [{ do: "acquire", lock: { class: "mmap", of: "mm" }, mode: "write", when: "zero" }], references: [mmap] },
  { name: "mmap_assert_locked", since: "5.8", params: ["mm"], effects: [{ do: "assert", lock: { class: "mmap", of: "mm" }, mode: "read" }], references: [mmap] },
  { name: "mmap_assert_write_locked", since: "5.8", params: ["mm"], effects: [{ do: "assert", lock: { class: "mmap", of: "mm" }, mode: "write" }], references: [mmap] },
  { name: "expand_stack", since: "6.5", params: ["mm", "addr"], effects: [{ do: "release", lock: { class: "mmap", of: "mm" }, when: "zero" }], returns: { vma: true }, references: [{ file: "mm/mmap.c", where: "expand_stack()", version: "6.12" }] },
  // The stable series have it so from 6.1.37 on; before, it was given a VMA and returned an error.
  { name: "expand_stack", since: "6.1", until: "6.4", params: ["mm", "addr"], effects: [{ do: "may-release", lock: { class: "mmap", of: "mm" } }], returns: { vma: true }, references: [{ file: "mm/mmap.c", where: "expand_stack()", version: "6.1.37" }] },
  { name: "handle_mm_fault", params: ["vma", "addr", "flags", "regs"], effects: [{ do: "may-release", lock: { class: "mmap", of: "vma.vm_mm" } }, { do: "may-release", lock: { class: "vma", of: "vma" } }], references: [fault] },
  { name: "fixup_user_fault", params: ["mm", "addr", "flags", "unlocked"], effects: [{ do: "may-release", lock: { class: "mmap", of: "mm" } }], references: [gup] },
  { name: "__get_user_pages_locked", params: ["mm", "start", "nr", "pages", "locked", "flags"], effects: [{ do: "may-release", lock: { class: "mmap", of: "mm" } }], references: [gup] },
  { name: "__get_user_pages", params: ["mm", "start", "nr", "flags", "pages", "locked"], effects: [{ do: "may-release", lock: { class: "mmap", of: "mm" } }], references: [gup] },
  { name: "populate_vma_page_range", params: ["vma", "start", "end", "locked"], effects: [{ do: "may-release", lock: { class: "mmap", of: "vma.vm_mm" } }], references: [gup] },
  { name: "faultin_page_range", params: ["mm", "start", "end", "write", "locked"], effects: [{ do: "may-release", lock: { class: "mmap", of: "mm" } }], references: [gup] },
  {
    name: "do_vmi_munmap",
    aliases: ["do_vmi_align_munmap", "do_vma_munmap"],
    since: "6.1",
    params: ["vmi", "mm"],
    effects: [{ do: "may-release", lock: { class: "mmap", of: "mm" } }],
    references: [{ file: "mm/vma.c", where: "do_vmi_align_munmap()", version: "6.12" }],
  },
  { name: "i_mmap_lock_write", params: ["mapping"], effects: [{ do: "acquire", lock: { class: "i_mmap", of: "mapping" }, mode: "write" }], references: [imap] },
  { name: "i_mmap_unlock_write", params: ["mapping"], effects: [{ do: "release", lock: { class: "i_mmap", of: "mapping" } }], references: [imap] },
  { name: "i_mmap_lock_read", params: ["mapping"], effects: [{ do: "acquire", lock: { class: "i_mmap", of: "mapping" }, mode: "read" }], references: [imap] },
  { name: "i_mmap_unlock_read", params: ["mapping"], effects: [{ do: "release", lock: { class: "i_mmap", of: "mapping" } }], references: [imap] },
  { name: "i_mmap_trylock_read", params: ["mapping"], effects: [{ do: "acquire", lock: { class: "i_mmap", of: "mapping" }, mode: "read", when: "nonzero", try: true }], references: [imap] },
  { name: "i_mmap_trylock_write", params: ["mapping"], effects: [{ do: "acquire", lock: { class: "i_mmap", of: "mapping" }, mode: "write", when: "nonzero", try: true }], references: [imap] },
  { name: "anon_vma_lock_write", params: ["anon_vma"], effects: [{ do: "acquire", lock: { class: "anon_vma", of: "anon_vma" }, mode: "write" }], references: [anon] },
  { name: "anon_vma_unlock_write", params: ["anon_vma"], effects: [{ do: "release", lock: { class: "anon_vma", of: "anon_vma" } }], references: [anon] },
  { name: "anon_vma_lock_read", params: ["anon_vma"], effects: [{ do: "acquire", lock: { class: "anon_vma", of: "anon_vma" }, mode: "read" }], references: [anon] },
  { name: "anon_vma_unlock_read", params: ["anon_vma"], effects: [{ do: "release", lock: { class: "anon_vma", of: "anon_vma" } }], references: [anon] },
  { name: "anon_vma_trylock_read", params: ["anon_vma"], effects: [{ do: "acquire", lock: { class: "anon_vma", of: "anon_vma" }, mode: "read", when: "nonzero", try: true }], references: [anon] },
  { name: "anon_vma_trylock_write", params: ["anon_vma"], effects: [{ do: "acquire", lock: { class: "anon_vma", of: "anon_vma" }, mode: "write", when: "nonzero", try: true }], references: [anon] },
  { name: "rcu_read_lock", aliases: ["guard:rcu"], params: [], effects: [{ do: "acquire", lock: { class: "rcu", of: null }, mode: "read" }], references: [rcu] },
  { name: "rcu_read_unlock", aliases: ["unguard:rcu"], params: [], effects: [{ do: "release", lock: { class: "rcu", of: null } }], references: [rcu] },
  { name: "vma_start_read", since: "6.4", until: "6.14", params: ["vma"], effects: [{ do: "acquire", lock: { class: "vma", of: "vma" }, mode: "read", when: "nonzero", try: true }], references: [vma] },
  // Their names in the first postings of per-VMA locks, whose patches are reviewed as of the kernel before.
  { name: "vma_read_trylock", since: "6.1", until: "6.5", params: ["vma"], effects: [{ do: "acquire", lock: { class: "vma", of: "vma" }, mode: "read", when: "nonzero", try: true }], references: [vma] },
  { name: "vma_read_unlock", since: "6.1", until: "6.5", params: ["vma"], effects: [{ do: "release", lock: { class: "vma", of: "vma" } }], references: [vma] },
  { name: "vma_end_read", since: "6.4", params: ["vma"], effects: [{ do: "release", lock: { class: "vma", of: "vma" } }], references: [vma] },
  { name: "mutex_lock", aliases: ["mutex_lock_nested"], params: ["lock"], effects: [{ do: "acquire", lock: { pointer: "lock", kind: "mutex" } }], references: [mutex] },
  { name: "mutex_unlock", params: ["lock"], effects: [{ do: "release", lock: { pointer: "lock", kind: "mutex" } }], references: [mutex] },
  { name: "mutex_trylock", params: ["lock"], effects: [{ do: "acquire", lock: { pointer: "lock", kind: "mutex" }, when: "nonzero", try: true }], references: [mutex] },
  { name: "down_read", aliases: ["down_read_nested"], params: ["sem"], effects: [{ do: "acquire", lock: { pointer: "sem", kind: "rwsem" }, mode: "read" }], references: [rwsem] },
  { name: "down_read_killable", aliases: ["down_read_interruptible"], params: ["sem"], effects: [{ do: "acquire", lock: { pointer: "sem", kind: "rwsem" }, mode: "read", when: "zero" }], references: [rwsem] },
  { name: "down_read_trylock", params: ["sem"], effects: [{ do: "acquire", lock: { pointer: "sem", kind: "rwsem" }, mode: "read", when: "nonzero", try: true }], references: [rwsem] },
  { name: "up_read", params: ["sem"], effects: [{ do: "release", lock: { pointer: "sem", kind: "rwsem" } }], references: [rwsem] },
  { name: "down_write", aliases: ["down_write_nested"], params: ["sem"], effects: [{ do: "acquire", lock: { pointer: "sem", kind: "rwsem" }, mode: "write" }], references: [rwsem] },
  { name: "down_write_killable", params: ["sem"], effects: [{ do: "acquire", lock: { pointer: "sem", kind: "rwsem" }, mode: "write", when: "zero" }], references: [rwsem] },
  { name: "down_write_trylock", params: ["sem"], effects: [{ do: "acquire", lock: { pointer: "sem", kind: "rwsem" }, mode: "write", when: "nonzero", try: true }], references: [rwsem] },
  { name: "up_write", params: ["sem"], effects: [{ do: "release", lock: { pointer: "sem", kind: "rwsem" } }], references: [rwsem] },
  { name: "folio_lock", since: "5.16", params: ["folio"], effects: [{ do: "wait-for", lock: { class: "folio", of: "folio" } }], references: [pagemap] },
  { name: "lock_page", params: ["page"], effects: [{ do: "wait-for", lock: { class: "folio", of: "page" } }], references: [pagemap] },
  { name: "vma_start_write", since: "6.4", params: ["vma"], effects: [{ do: "wait-for", lock: { class: "vma", of: "vma" } }], references: [{ file: "include/linux/mm.h", where: "vma_start_write()", version: "6.12" }] },
];
