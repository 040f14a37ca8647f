/**
 * The Debian kernel sources that the corpus' put-back patches are for: a directory that the environment names, the
 * unpacked package, or the package's archive, of which only the needed files are unpacked.
 */
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";

/** Where Debian's linux-source-X packages put their archives. */
const packageFolder = "/usr/src";

export type KernelSource =
  | { readonly kind: "directory"; readonly path: string }
  | { readonly kind: "archive"; readonly path: string; readonly top: string }
  | { readonly kind: "absent"; readonly why: string };

/** `version` is "6.12"; the environment's word is MMREVIEW_TREE_6_12. */
export function findKernelSource(version: string, env: Readonly<Record<string, string | undefined>>, folder: string = packageFolder): KernelSource {
  const variable = `MMREVIEW_TREE_${version.replace(".", "_")}`;
  const named = env[variable];
  if (named !== undefined && named !== "") {
    return existsSync(join(named, "Makefile")) ? { kind: "directory", path: named } : { kind: "absent", why: `${variable} is ${named}, which is no kernel tree` };
  }
  const top = `linux-source-${version}`;
  const unpacked = join(folder, top);
  if (existsSync(join(unpacked, "Makefile"))) return { kind: "directory", path: unpacked };
  const archive = `${unpacked}.tar.xz`;
  if (existsSync(archive)) return { kind: "archive", path: archive, top };
  return { kind: "absent", why: `install the package ${top}, or set ${variable} to its unpacked sources` };
}

/** What a review reads of a tree besides the patched files: the version, and where helpers of page-table code live. */
const common: readonly string[] = ["Makefile", "mm", "include/linux", "include/asm-generic"];

/** Copies the needed files into `target`, so that patches can be applied there. Throws when the source can't be read. */
export function copyKernelFiles(source: Exclude<KernelSource, { kind: "absent" }>, files: readonly string[], target: string): void {
  mkdirSync(target, { recursive: true });
  const wanted = [...common, ...files.filter((file) => !common.some((folder) => file.startsWith(`${folder}/`)))];
  if (source.kind === "archive") {
    unpack(source, wanted, target);
    return;
  }
  for (const path of wanted) {
    const from = join(source.path, path);
    if (!existsSync(from)) continue;
    mkdirSync(dirname(join(target, path)), { recursive: true });
    cpSync(from, join(target, path), { recursive: true, verbatimSymlinks: true });
  }
}

/** A member that the archive does not have makes tar fail after it has unpacked the others, so the result is looked at instead. */
function unpack(source: { readonly path: string; readonly top: string }, wanted: readonly string[], target: string): void {
  const members = wanted.map((path) => `${source.top}/${path}`);
  const run = spawnSync("tar", ["-xaf", source.path, "-C", target, "--strip-components=1", ...members], { encoding: "utf8" });
  if (run.error || !existsSync(join(target, "Makefile"))) throw new Error(`${source.path} can't be unpacked: ${run.error?.message ?? run.stderr.trim()}`);
}
