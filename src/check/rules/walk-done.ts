/**
 * walk-done: leaving page_vma_mapped_walk() before it has returned false keeps its pte mapped and its page-table lock
 * held; page_vma_mapped_walk_done() ends it (include/linux/rmap.h, mm/page_vma_mapped.c).
 */
import type { Rule } from "../model.ts";

export const walkDone: Rule = {
  id: "walk-done",

  onReturn: (_value, site) => {
    for (const [walk, at] of site.facts.walks) {
      const own = /^&\d+:/.test(walk);
      site.judge({
        rule: "walk-done",
        outcome: own ? "violated" : "unknown",
        what: "page_vma_mapped_walk() ended",
        message: own ? `${site.frame.fn.name}() leaves the page_vma_mapped_walk() of line ${at.line} without page_vma_mapped_walk_done()` : "",
        requires: ["page_vma_mapped_walk_done() when the walk is left early"],
        certain: true,
      });
    }
  },
};
