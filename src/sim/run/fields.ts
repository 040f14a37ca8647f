/** What the world says of the fields of its objects; everything else that is read from them is unknown but constant. */
import { pageSize } from "../world/layout.ts";
import type { World } from "../world/build.ts";
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
    case ".anon_vma":
      return file ? values.zero : values.ref("anon_vma", 0);
    default:
      return null;
  }
}
