/*
 * models: references to pages and folios, which are one thing here
 * mirrors: include/linux/mm.h, include/linux/page_ref.h, mm/gup.c try_grab_folio_fast() (6.12.117)
 *
 * Reverse-map counters are not kept: what counts is which entries map a page, and that the world sees by itself.
 */

void get_page(struct page *page) { world_page_get(page); }
void folio_get(struct folio *folio) { world_page_get(folio); }
void put_page(struct page *page) { world_page_put(page); }
void folio_put(struct folio *folio) { world_page_put(folio); }
void free_page_and_swap_cache(struct page *page) { world_page_put(page); }
int folio_try_get(struct folio *folio) { return world_page_try_get(folio); }
int get_page_unless_zero(struct page *page) { return world_page_try_get(page); }
int folio_ref_count(struct folio *folio) { return world_page_references(folio); }
int page_count(struct page *page) { return world_page_references(page); }
void folio_ref_add(struct folio *folio, int nr) { world_page_ref_add(folio, nr); }
void folio_ref_sub(struct folio *folio, int nr) { world_page_ref_add(folio, -nr); }

/* until: 6.7 */
struct folio *try_grab_folio(struct page *page, int refs, unsigned int flags)
{
	if (!world_page_try_get(page))
		return NULL;
	return page;
}

/* since: 6.11 */
struct folio *try_grab_folio_fast(struct page *page, int refs, unsigned int flags)
{
	if (!world_page_try_get(page))
		return NULL;
	return page;
}

struct folio *folio_alloc(int gfp, int order) { return world_page_alloc(); }
struct folio *__folio_alloc(int gfp, int order, int nid, void *nodes) { return world_page_alloc(); }
struct folio *vma_alloc_folio(int gfp, int order, struct vm_area_struct *vma, unsigned long addr, bool hugepage) { return world_page_alloc(); }
struct page *alloc_page(int gfp) { return world_page_alloc(); }
struct page *alloc_pages(int gfp, int order) { return world_page_alloc(); }
int mem_cgroup_charge(struct folio *folio, struct mm_struct *mm, int gfp) { return 0; }
bool folio_isolate_lru(struct folio *folio) { return true; }
void folio_putback_lru(struct folio *folio) { }
bool folio_test_large(struct folio *folio) { return false; }
int folio_nr_pages(struct folio *folio) { return 1; }

void gup_put_folio(struct folio *folio, int refs, unsigned int flags) { world_page_put(folio); }

struct page *vm_normal_page(struct vm_area_struct *vma, unsigned long addr, pte_t pte) { return pte_page(pte); }
struct folio *vm_normal_folio(struct vm_area_struct *vma, unsigned long addr, pte_t pte) { return pte_page(pte); }
struct page *vm_normal_page_pmd(struct vm_area_struct *vma, unsigned long addr, pmd_t pmd) { return pmd_page(pmd); }
struct folio *vm_normal_folio_pmd(struct vm_area_struct *vma, unsigned long addr, pmd_t pmd) { return pmd_page(pmd); }

void copy_highpage(struct page *to, struct page *from) { world_page_copy(from); }
void copy_user_highpage(struct page *to, struct page *from, unsigned long addr, struct vm_area_struct *vma) { world_page_copy(from); }
int copy_mc_user_highpage(struct page *to, struct page *from, unsigned long addr, struct vm_area_struct *vma) { world_page_copy(from); return 0; }
void folio_copy(struct folio *to, struct folio *from) { world_page_copy(from); }

void folio_add_new_anon_rmap(struct folio *folio, struct vm_area_struct *vma, unsigned long addr, int flags) { }
void folio_add_anon_rmap_pte(struct folio *folio, struct page *page, struct vm_area_struct *vma, unsigned long addr, int flags) { }
void folio_add_anon_rmap_ptes(struct folio *folio, struct page *page, int nr, struct vm_area_struct *vma, unsigned long addr, int flags) { }
void folio_add_anon_rmap_pmd(struct folio *folio, struct page *page, struct vm_area_struct *vma, unsigned long addr, int flags) { }
void folio_add_file_rmap_pte(struct folio *folio, struct page *page, struct vm_area_struct *vma) { }
void folio_add_file_rmap_ptes(struct folio *folio, struct page *page, int nr, struct vm_area_struct *vma) { }
void folio_add_file_rmap_pmd(struct folio *folio, struct page *page, struct vm_area_struct *vma) { }
void folio_remove_rmap_pte(struct folio *folio, struct page *page, struct vm_area_struct *vma) { }
void folio_remove_rmap_ptes(struct folio *folio, struct page *page, int nr, struct vm_area_struct *vma) { }
void folio_remove_rmap_pmd(struct folio *folio, struct page *page, struct vm_area_struct *vma) { }
void page_remove_rmap(struct page *page, struct vm_area_struct *vma, bool compound) { }
void page_add_anon_rmap(struct page *page, struct vm_area_struct *vma, unsigned long addr, int flags) { }
void page_add_new_anon_rmap(struct page *page, struct vm_area_struct *vma, unsigned long addr) { }
void page_add_file_rmap(struct page *page, struct vm_area_struct *vma, bool compound) { }

/* The page cache holds one folio, which a PMD entry may map as a whole: mm/filemap.c filemap_lock_folio() (6.12.117) */
struct folio *filemap_lock_folio(struct address_space *mapping, unsigned long index)
{
	struct folio *folio = world_cache_folio(mapping);

	if (!folio || !folio_try_get(folio))
		return NULL;
	folio_lock(folio);
	return folio;
}

struct page *find_lock_page(struct address_space *mapping, unsigned long index) { return filemap_lock_folio(mapping, index); }
void lock_page(struct page *page) { folio_lock(page); }
void unlock_page(struct page *page) { folio_unlock(page); }
int trylock_page(struct page *page) { return folio_trylock(page); }
int folio_order(struct folio *folio) { return HPAGE_PMD_ORDER; }
int compound_order(struct page *page) { return HPAGE_PMD_ORDER; }
int PageHead(struct page *page) { return 1; }
void page_ref_sub(struct page *page, int nr) { world_page_ref_add(page, -nr); }
void page_ref_add(struct page *page, int nr) { world_page_ref_add(page, nr); }
