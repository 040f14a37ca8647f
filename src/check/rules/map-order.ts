/** map-order: kmap_local mappings are a stack (Documentation/mm/highmem.rst), so ptes are unmapped in reverse order. */
import type { Rule } from "../model.ts";
import * as sym from "../symbols.ts";

export const mapOrder: Rule = {
  id: "map-order",

  onUnmap: (pointer, site) => {
    const { root } = sym.splitMove(pointer);
    const { maps } = site.facts;
    const index = maps.findIndex((m) => m.pointer === root);
    if (index < 0 || maps.length < 2) return;
    const later = maps[index + 1];
    const known = maps.every((m) => m.certain);
    site.judge({
      rule: "map-order",
      outcome: later === undefined ? "proved" : known ? "violated" : "unknown",
      what: "ptes unmapped in reverse order",
      message: later ? `the pte mapped in line ${maps[index]!.at.line} is unmapped before the one mapped after it in line ${later.at.line}` : "",
      requires: ["the pte mapped last is unmapped first"],
      certain: true,
    });
  },
};
