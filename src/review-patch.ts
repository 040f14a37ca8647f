/** A prepared patch -> its report: the checks of its files, and what is said beside them. */
import { callersAtRisk } from "./callers-at-risk.ts";
import { type Elsewhere, newPool, nothingElse } from "./check/index.ts";
import { type CheckedFile, checkingImages, isC, type Sides, type Source, touchedByPatch } from "./check-images.ts";
import type { Finding, RuleId } from "./core/finding.ts";
import { frameAround, removedLines } from "./core/frame.ts";
import type { FileImage, FileImages } from "./core/image.ts";
import type { FilePatch, ParsedDiff } from "./core/diff.ts";
import type { FunctionReport, PatchReport } from "./core/report.ts";
import { functionsAt, functionsNamed, loweringImage } from "./c/index.ts";
import type { UnitIr } from "./c/ir.ts";
import type { TreeState } from "./tree-texts.ts";
import { comparingSteps, withSameSteps } from "./same-steps.ts";
import { landedElsewhere } from "./landed-elsewhere.ts";
import { namedBySubject } from "./named-by-subject.ts";
import { helpersAmong } from "./patch-helpers.ts";
import type { PatchOptions } from "./patch-options.ts";
import type { PreparedPatch } from "./prepare-patch.ts";
import { expectReplay } from "./util/short-run.ts";
import { inSlices, pause } from "./util/slices.ts";
import { type Rulebook, rulebookFor } from "./rulebook/index.ts";

export async function reviewPatch({ patch, notes, diff, images: found, base, era, states }: PreparedPatch, options: PatchOptions): Promise<PatchReport> {
  const images = diff.blanksLost ? found.map(withoutIndentation) : found;
  const checked = await checkFiles(diff.files, images, states, rulebookFor(options.rules, era.version), options, patch.message.subject);
  return {
    messageId: patch.message.id,
    subject: patch.message.subject,
    author: patch.message.author,
    date: patch.message.date,
    carrier: patch.carrier,
    index: patch.index,
    total: patch.total,
    revision: patch.revision,
    base,
    kernel: era,
    files: diff.files.map((file) => file.newPath ?? file.oldPath ?? ""),
    repairs: diff.repairs,
    notes: [...notes, ...troublesOf(diff), ...found.flatMap((one, i) => (options.tree === null ? [] : placementNotes(diff.files[i]!, one))), ...checked.notes],
    functions: checked.functions,
    findings: checked.findings,
  };
}

/** Lines that a patch without its blanks adds stand at column 1, also in a file that is otherwise whole. */
function withoutIndentation(images: FileImages): FileImages {
  return { ...images, post: images.post && { ...images.post, blanksLost: true } };
}

/** Interpreted steps of the simulator for all functions of a patch: some seconds, if all of them are used. */
const mostReplaySteps = 600_000;
/** The same for second looks at their traces: whether callers that hold more prevent them, whether a repair does. */
const mostLookSteps = 200_000;

interface CheckedFiles {
  readonly functions: FunctionReport[];
  readonly findings: Finding[];
  /** Of the places in the tree where hunks have landed. */
  readonly notes: readonly string[];
}

async function checkFiles(
  files: readonly FilePatch[],
  images: readonly FileImages[],
  states: Sides<TreeState>,
  rulebook: Rulebook,
  options: PatchOptions,
  subject: string,
): Promise<CheckedFiles> {
  const functions: FunctionReport[] = [];
  const findings: Finding[] = [];
  const sources: Sides<Source | null>[] = [];
  // Where nothing is left out all heads are in view; to look at all functions for that would cut the whole file.
  const named = (image: FileImage, unit: UnitIr): UnitIr => (image.gaps.length === 0 ? unit : namedBySubject(unit, subject));
  const notes: string[] = [];
  for (const [i, both] of images.entries()) {
    if (!isSource(files[i]!)) continue;
    const { pre, post } = both;
    const before = pre && { image: pre, unit: named(pre, await unitBefore(pre, states.pre, options)) };
    if (before !== null && options.tree !== null) notes.push(...landedElsewhere(files[i]!, both, before.unit));
    await new Promise(setImmediate);
    sources.push({ pre: before, post: post && { image: post, unit: named(post, await inSlices(loweringImage(post))) } });
    await new Promise(setImmediate);
  }
  const helpers = {
    pre: helpersAmong(sources.flatMap(({ pre }) => (pre === null ? [] : [pre.unit]))),
    post: helpersAmong(sources.flatMap(({ post }) => (post === null ? [] : [post.unit]))),
  };
  const pool = { left: mostReplaySteps };
  const looks = { left: mostLookSteps };
  const exploring = newPool();
  const same = await inSlices(comparingSteps(sources));
  const everywhere = touchedByPatch(sources, rulebook);
  for (const both of sources) {
    const elsewhere: Sides<Elsewhere> = {
      pre: await elsewhereOf("pre", both, helpers, states, rulebook, options),
      post: await elsewhereOf("post", both, helpers, states, rulebook, options),
    };
    // What was cut for that has its bodies lowered next.
    await pause();
    const flow = await inSlices(checkingImages(both, rulebook, { all: options.all, strict: options.strict, elsewhere, everywhere, pool: exploring }));
    const outside = await callersInTree(both, sources, states.post, rulebook, options);
    const more = (side: keyof Sides<unknown>, names: ReadonlySet<string>): Promise<readonly UnitIr[]> => definitionsOf(side, both, names, states, options);
    const unchanged = same.all && flow.findings.length === 0;
    const replayed = mayReplay(both, flow) && !unchanged;
    if (replayed) expectReplay();
    const checked = unchanged ? { ...flow, functions: withSameSteps(flow.functions) } : replayed ? await (await import("./traces.ts")).withTraces(both, flow, { ...options, rulebook, elsewhere, views: flow.views, more, pool, looks, isSame: (name) => same.of(both, name) }) : flow;
    const decided = asksForOrder(checked.findings) ? (await import("./weak-findings.ts")).withWeakTraces(both, checked, rulebook) : checked;
    functions.push(...decided.functions);
    findings.push(...[...decided.findings, ...outside].filter((f) => options.wants(f.rule)).map(framing(both)));
    await new Promise(setImmediate);
  }
  return { functions, notes, findings: findings.filter((f) => options.all || f.status !== "pre-existing") };
}

const aboutOrder: ReadonlySet<RuleId> = new Set<RuleId>(["publish-order", "lockless-read"]);

/** Whether the memory model has something to decide; it is not even loaded for less. */
function asksForOrder(findings: readonly Finding[]): boolean {
  return findings.some((finding) => aboutOrder.has(finding.rule) && (finding.trace?.litmus ?? null) === null && finding.severity !== "note");
}

/** Whether a function with page-table steps is known in full. The simulator is not even loaded for less. */
function mayReplay({ post }: Sides<Source | null>, { functions }: CheckedFile): boolean {
  if (post === null) return false;
  return functions.some(({ coverage, name }) => coverage !== "skipped" && functionsNamed(post.unit, name).some((fn) => !fn.partial && fn.headKnown));
}

/** The whole file as the tree has it, and not as patches before have left it, is of use to the next patch as well. */
async function unitBefore(image: FileImage, { base, stack }: TreeState, { sources }: PatchOptions): Promise<UnitIr> {
  const { path, lines, gaps, blanksLost } = image;
  const isOfTree = base.kind !== "none" && gaps.length === 0 && !blanksLost && !stack.files.has(path);
  return sources !== null && isOfTree ? sources.unitOfText(path, `${lines.join("\n")}\n`) : inSlices(loweringImage(image));
}

/** Functions of the tree, and on top of them those of the patch's other files. */
async function elsewhereOf(
  side: keyof Sides<unknown>,
  of: Sides<Source | null>,
  helpers: Sides<(own: UnitIr) => readonly UnitIr[]>,
  states: Sides<TreeState>,
  rulebook: Rulebook,
  options: PatchOptions,
): Promise<Elsewhere> {
  const own = of[side];
  if (own === null) return nothingElse;
  const others = helpers[side](own.unit);
  const asked = options.all ? own.unit.functions : functionsAt(own.unit, own.image.changed);
  const found = options.sources ? await options.sources.elsewhere(own.unit, own.image.lines.join("\n"), rulebook, asked, states[side]) : nothingElse;
  return { ...found, helpers: [...found.helpers, ...others] };
}

/** Findings on callers elsewhere; a file that the patch changes too counts as it is afterwards. */
async function callersInTree(of: Sides<Source | null>, all: readonly Sides<Source | null>[], state: TreeState, rulebook: Rulebook, { sources }: PatchOptions): Promise<readonly Finding[]> {
  if (sources === null || of.post === null) return [];
  const patched = new Map(all.flatMap(({ post }) => (post === null || post.image.gaps.length > 0 ? [] : [[post.unit.file, post.unit] as const])));
  const callersOf = async (name: string): Promise<readonly UnitIr[]> => (await sources.callersOf(name, state)).map((unit) => patched.get(unit.file) ?? unit);
  const { unit, image } = of.post;
  const wholeFile = async (names: ReadonlySet<string>): Promise<UnitIr | null> => (image.gaps.length === 0 ? unit : sources.unitOf(unit.file, names, state));
  return callersAtRisk(of, wholeFile, callersOf, rulebook);
}

/** Units of the tree that define any of the functions. */
async function definitionsOf(side: keyof Sides<unknown>, of: Sides<Source | null>, names: ReadonlySet<string>, states: Sides<TreeState>, options: PatchOptions): Promise<readonly UnitIr[]> {
  const own = of[side];
  if (own === null || options.sources === null || names.size === 0) return [];
  return options.sources.definitionsOf(names, own.unit.file, own.image.lines.join("\n"), states[side]);
}

function isSource(file: FilePatch): boolean {
  return !file.binary && (file.pathUnknown || isC(file.newPath ?? file.oldPath ?? ""));
}

/** The lines around a finding, from the image it was found in; both images are gone through once for all findings of a file. */
function framing({ pre, post }: Sides<Source | null>): (finding: Finding) => Finding {
  let known: ReturnType<typeof removedLines> | null = null;
  return (finding) => {
    const image = (finding.status === "fixed" ? pre : post)?.image;
    if (image === undefined) return finding;
    const removed = image === post?.image ? (known ??= removedLines(pre?.image ?? null, image)) : new Map();
    const frame = frameAround(image, finding.line, removed);
    return frame ? { ...finding, frame } : finding;
  };
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
