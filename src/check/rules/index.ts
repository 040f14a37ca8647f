/** The rules the checker runs; one file each. */
import type { Rule } from "../model.ts";
import { batchBounds } from "./batch-bounds.ts";
import { entryKind } from "./entry-kind.ts";
import { entryLock } from "./entry-lock.ts";
import { locklessRead } from "./lockless-read.ts";
import { hugetlbEntry } from "./hugetlb-entry.ts";
import { hugetlbShare } from "./hugetlb-share.ts";
import { lazyMmu } from "./lazy-mmu.ts";
import { lockBalance } from "./lock-balance.ts";
import { lockOrder } from "./lock-order.ts";
import { mapBalance } from "./map-balance.ts";
import { mapFailure } from "./map-failure.ts";
import { mapOrder } from "./map-order.ts";
import { moveContext } from "./move-context.ts";
import { notifierScope } from "./notifier-scope.ts";
import { ptAccounting } from "./pt-accounting.ts";
import { publishOrder } from "./publish-order.ts";
import { sleepAtomic } from "./sleep-atomic.ts";
import { staleRead } from "./stale-read.ts";
import { tableFree } from "./table-free.ts";
import { tlbFlush } from "./tlb-flush.ts";
import { walkContext } from "./walk-context.ts";
import { walkDone } from "./walk-done.ts";

export const rules: readonly Rule[] = [
  batchBounds,
  entryKind,
  entryLock,
  hugetlbEntry,
  hugetlbShare,
  lazyMmu,
  locklessRead,
  lockBalance,
  lockOrder,
  mapBalance,
  mapFailure,
  mapOrder,
  moveContext,
  notifierScope,
  ptAccounting,
  publishOrder,
  sleepAtomic,
  staleRead,
  tableFree,
  tlbFlush,
  walkContext,
  walkDone,
];
