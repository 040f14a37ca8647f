/**
 * The types that swap entries have beside those of swap files (include/linux/swap.h, 6.12, with every option that has one),
 * because code may ask for the type where it might ask is_migration_entry() and the like.
 */
import { flag, type EntryValue } from "../world/value.ts";

/** In the order of their numbers, which end at 1 << MAX_SWAPFILES_SHIFT. */
const types = [
  "SWP_HWPOISON", "SWP_MIGRATION_READ", "SWP_MIGRATION_READ_EXCLUSIVE", "SWP_MIGRATION_WRITE", "SWP_DEVICE_WRITE", "SWP_DEVICE_READ",
  "SWP_DEVICE_EXCLUSIVE_WRITE", "SWP_DEVICE_EXCLUSIVE_READ", "SWP_PTE_MARKER",
] as const;

type SwapType = (typeof types)[number];

const swapFiles = 32 - types.length;
const numberOf = (type: SwapType): bigint => BigInt(swapFiles + types.indexOf(type));

export const swapTypeNumbers: Readonly<Record<string, bigint>> = {
  MAX_SWAPFILES: BigInt(swapFiles),
  ...Object.fromEntries(types.map((type) => [type, numberOf(type)])),
  // The two are one since 6.15.
  SWP_DEVICE_EXCLUSIVE: numberOf("SWP_DEVICE_EXCLUSIVE_WRITE"),
};

/** What swp_type() gives; undefined for what is no swap entry. */
export function swapTypeOf({ kind, flags }: EntryValue): bigint | undefined {
  const writable = (flags & flag.write) !== 0;
  switch (kind) {
    case "swap":
      return 0n;
    case "migration":
      return numberOf(writable ? "SWP_MIGRATION_WRITE" : "SWP_MIGRATION_READ");
    case "device-private":
      return numberOf(writable ? "SWP_DEVICE_WRITE" : "SWP_DEVICE_READ");
    // Code that asks for them apart asks for both.
    case "device-exclusive":
      return numberOf("SWP_DEVICE_EXCLUSIVE_WRITE");
    case "hwpoison":
      return numberOf("SWP_HWPOISON");
    case "marker":
      return numberOf("SWP_PTE_MARKER");
    case "none": case "table": case "leaf": case "invalid": case "bad":
      return undefined;
  }
}
