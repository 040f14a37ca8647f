/** Copies from and to user addresses with page faults off: they rely on what the page tables hold at that moment. */
import type { Contract } from "../../src/rulebook/schema.ts";

const copy = { file: "mm/memory.c", where: "__wp_page_copy_user()", version: "6.12" } as const;

export const contracts: readonly Contract[] = [
  { name: "__copy_from_user_inatomic", aliases: ["__copy_from_user_inatomic_nocache"], params: ["to", "from", "n"], requires: [{ need: "access-kept" }], references: [copy] },
  { name: "__copy_to_user_inatomic", params: ["to", "from", "n"], requires: [{ need: "access-kept" }], references: [copy] },
  { name: "copy_from_user_nofault", aliases: ["copy_to_user_nofault"], since: "5.8", params: ["to", "from", "n"], requires: [{ need: "access-kept" }], references: [{ ...copy, file: "mm/maccess.c", where: "copy_from_user_nofault()" }] },
];
