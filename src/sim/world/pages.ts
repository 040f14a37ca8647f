/** Pages that entries map: references, the mapped count, and what freeing or copying one may break. */
import { cpuName, holdersOf, staleFor, staleSecondary } from "./tlb.ts";
import { pageBits, mappers, virtualName } from "./translate.ts";
import type { Turn } from "./turn.ts";

export const pageLife = { unused: 0, used: 1, freed: 2 } as const;

/** A page that nothing maps, with one reference; -1 when the world has no page left. */
export function allocatePage(turn: Turn): number {
  const { layout, data } = turn;
  for (let page = 0; page < layout.pages; page++) {
    if (data[layout.pageLife + page] !== pageLife.unused) continue;
    data[layout.pageLife + page] = pageLife.used;
    data[layout.references + page] = 1;
    turn.note?.(`allocates P${page}`);
    return page;
  }
  return -1;
}

export function touchPage(turn: Turn, page: number, what: string): boolean {
  if (turn.data[turn.layout.pageLife + page] === pageLife.used) return true;
  turn.fail("freed-page", `${what} P${page}, which has been freed`);
  return false;
}

export function getPage(turn: Turn, page: number): void {
  if (touchPage(turn, page, "takes a reference to")) turn.data[turn.layout.references + page]! += 1;
}

/** folio_try_get(): fails on a page without references, which may be a freed one. */
export function tryGetPage(turn: Turn, page: number): boolean {
  const { layout, data } = turn;
  if (data[layout.references + page]! <= 0) return false;
  data[layout.references + page]! += 1;
  return true;
}

export function putPage(turn: Turn, page: number): void {
  const { layout, data } = turn;
  if (!touchPage(turn, page, "drops a reference to")) return;
  data[layout.references + page]! -= 1;
  if (data[layout.references + page] !== 0) return;
  data[layout.pageLife + page] = pageLife.freed;
  turn.note?.(`P${page} is freed`);
  const still = mappers(turn, page);
  if (still.length > 0) {
    turn.fail("mapped-freed", `frees P${page}, which ${still[0]} still maps`);
    return;
  }
  const [stale] = staleFor(turn, pageBits(page));
  if (stale !== undefined) {
    turn.fail("stale-translation", `frees P${page} while ${cpuName(turn, stale.cpus)} may still use its translation for ${virtualName(layout, stale.page)}`);
    return;
  }
  const secondary = staleSecondary(turn, pageBits(page));
  if (secondary >= 0) {
    turn.fail("secondary-mapping", `frees P${page} while a secondary MMU may still map it at ${virtualName(layout, secondary)}`);
  }
}

/** The page's contents are taken elsewhere: a later write through an old translation would be lost. */
export function copyPage(turn: Turn, page: number): void {
  const { layout } = turn;
  if (!touchPage(turn, page, "copies")) return;
  const writable = 2 << (page * 2);
  const stale = layout.virtualPages.findIndex((_, v) => holdersOf(turn, v, writable) !== 0);
  if (stale >= 0) turn.fail("stale-copy", `copies P${page} while ${cpuName(turn, holdersOf(turn, stale, writable))} may still write to it through ${virtualName(layout, stale)}`);
}
