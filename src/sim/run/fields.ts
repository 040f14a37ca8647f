/** What the world says of the fields of its objects; everything else that is read from them is unknown but constant. */
import { pageSize } from "../world/layout.ts";
import type { World } from "../world/build.ts";
import { touch, touchRead } from "./system.ts";
import type { Operation } from "./operation.ts";
import type { Value } from "../world/value.ts";

/** The value of `path` in the object with this root ("@vma:0", ".vm_mm"), or null when the world does not know it. */
export function fieldOf(world: World, root: string, path: string): Value | null {
  const at = /^@(\w+):(\d+)$/.exec(root);
  if (at === null) return null;
  const n = Number(at[2]);
  switch (at[1]) {
    case "mm":
      return path === ".pgd" ? world.values.slot(world.layout.roots[n]!, 0) : null;
    case "vma":
      return vmaField(world, n, path);
    case "gather":
      return path === ".mm" ? world.values.ref("mm", 0) : null;
    case "page":
      return path === ".mapping" ? world.values.ref("mapping", 0) : null;
    case "file":
      return path === ".f_mapping" ? world.values.ref("mapping", 0) : null;
    case "mapping":
      return path === ".host" ? world.values.name("inode") : null;
    default:
      return null;
  }
}

function vmaField(world: World, n: number, path: string): Value | null {
  const { values } = world;
  const vma = world.vmas[n];
  if (vma === undefined) return null;
  const file = vma.kind !== "anon";
  switch (path) {
    case ".vm_mm":
      return values.ref("mm", vma.mm);
    case ".vm_start":
      return values.int(vma.start);
    case ".vm_end":
      return values.int(vma.end);
    case ".vm_pgoff":
      return values.int(vma.start / pageSize);
    case ".vm_page_prot":
      return values.ref("prot", 1);
    case ".vm_file":
      return file ? values.place(`@file:${n}`) : values.zero;
    default:
      return null;
  }
}

/** The load of a field that other threads change, or null. vma->anon_vma is set under the mmap lock for reading. */
export function sharedField(world: World, root: string, path: string): Operation | null {
  const at = path === ".anon_vma" ? /^@vma:(\d+)$/.exec(root) : null;
  if (at === null) return null;
  const vma = Number(at[1]);
  return {
    footprint: () => [touch(world.resources.vma(vma), touchRead)],
    local: () => world.vmas[vma]?.kind === "anon",
    run: (turn) => (turn.data[turn.layout.vma + vma]! & 4 ? world.values.ref("anon_vma", 0) : world.values.zero),
  };
}
