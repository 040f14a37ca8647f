/** One patch of a series -> its report: diff, images, checks, in this order. */
import { checkImages, isC } from "./check-images.ts";
import type { Finding, RuleId } from "./core/finding.ts";
import { frameAround, removedLines } from "./core/frame.ts";
import type { FileImage, FileImages } from "./core/image.ts";
import type { FilePatch, ParsedDiff } from "./core/diff.ts";
import type { MailPatch } from "./core/message.ts";
import type { FunctionReport, PatchReport } from "./core/report.ts";
import { lowerUnit } from "./c/index.ts";
import { parseDiff } from "./diff/index.ts";
import type { TreeSources } from "./helper-units.ts";
import { type CompiledRules, type Rulebook, rulebookFor } from "./rulebook/index.ts";
import { eraOf, imagesOf, type Stack, type Tree } from "./tree/index.ts";

export interface PatchOptions {
  readonly tree: Tree | null;
  readonly sources: TreeSources | null;
  readonly rules: CompiledRules;
  readonly kernel: string | null;
  readonly base: string | null;
  readonly all: boolean;
  readonly strict: boolean;
  readonly wants: (rule: RuleId) => boolean;
}

export interface ReviewedPatch {
  readonly report: PatchReport;
  /** The tree with this patch applied, for the next one of the series. */
  readonly stack: Stack;
}

export async function reviewPatch(patch: MailPatch, notes: readonly string[], stack: Stack, options: PatchOptions): Promise<ReviewedPatch> {
  const diff = parseDiff(patch.diff);
  const found = await imagesOf(options.tree, diff.files, { blanksLost: diff.blanksLost, baseCommit: patch.baseCommit, revision: options.base }, stack);
  const era = await eraOf({ tree: options.tree, base: found.base, kernelOption: options.kernel, names: oldNames(diff), date: patch.message.date }, options.rules);
  const checked = await checkFiles(diff.files, found.images, rulebookFor(options.rules, era.version), options);
  const report: PatchReport = {
    messageId: patch.message.id,
    subject: patch.message.subject,
    author: patch.message.author,
    date: patch.message.date,
    carrier: patch.carrier,
    index: patch.index,
    total: patch.total,
    revision: patch.revision,
    base: found.base,
    kernel: era,
    files: diff.files.map((file) => file.newPath ?? file.oldPath ?? ""),
    repairs: diff.repairs,
    notes: [...notes, ...troublesOf(diff), ...found.images.flatMap((images, i) => (options.tree === null ? [] : placementNotes(diff.files[i]!, images)))],
    functions: checked.functions,
    findings: checked.findings,
  };
  return { report, stack: found.stack };
}

/** Identifiers of the code as it was: what the patch adds may be its own invention. */
function oldNames(diff: ParsedDiff): Set<string> {
  const names = new Set<string>();
  for (const file of diff.files) {
    for (const hunk of file.hunks) {
      for (const line of hunk.lines) if (line.kind !== "add") for (const name of line.text.match(/[A-Za-z_]\w*/g) ?? []) names.add(name);
    }
  }
  return names;
}

async function checkFiles(files: readonly FilePatch[], images: readonly FileImages[], rulebook: Rulebook, options: PatchOptions): Promise<{ functions: FunctionReport[]; findings: Finding[] }> {
  const functions: FunctionReport[] = [];
  const findings: Finding[] = [];
  for (const [i, file] of files.entries()) {
    const { pre, post } = images[i]!;
    if (file.binary || !isC(file.newPath ?? file.oldPath ?? "") && !file.pathUnknown) continue;
    const image = post ?? pre;
    const helpers = options.sources && image ? await options.sources.helpersOf(lowerUnit(image), image.lines.join("\n"), rulebook) : [];
    const checked = checkImages(pre, post, rulebook, { all: options.all, strict: options.strict, helpers: () => helpers });
    functions.push(...checked.functions);
    findings.push(...checked.findings.filter((f) => options.wants(f.rule)).map((f) => withFrame(f, pre, post)));
    await new Promise(setImmediate);
  }
  return { functions, findings: findings.filter((f) => options.all || f.status !== "pre-existing") };
}

/** The lines around a finding, from the image it was found in. */
function withFrame(finding: Finding, pre: FileImage | null, post: FileImage | null): Finding {
  const image = finding.status === "fixed" ? pre : post;
  if (image === null) return finding;
  const removed = image === post ? removedLines(pre, post) : new Map();
  const frame = frameAround(image, finding.line, removed);
  return frame ? { ...finding, frame } : finding;
}

function troublesOf(diff: ParsedDiff): string[] {
  return diff.troubles.map((trouble) => `line ${trouble.line} of the diff: ${trouble.reason}`);
}

function placementNotes(file: FilePatch, images: FileImages): string[] {
  const name = file.newPath ?? file.oldPath ?? "";
  const moved = images.placements.filter((p) => p.offset !== 0 || p.fuzz !== 0);
  const words = moved.map((p) => `${name}: hunk ${p.hunk} applied at an offset of ${p.offset} lines${p.fuzz > 0 ? ` with fuzz ${p.fuzz}` : ""}`);
  return [...images.tried.map((text) => `${name}: ${text}`), ...words];
}
