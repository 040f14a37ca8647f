/**
 * `npm run bench`: what mmreview costs beside what people use today, as ratios within one run, because seconds differ
 * from machine to machine and from hour to hour. CPU is user and system time of all processes, the least of some runs.
 * MMREVIEW_TREE_6_12 names kernel sources; rows that need them are left out without. docs/benchmarks.md has results.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { archiveMails, codeOf, manyMails, patchOfLines, plainMails } from "./bench/inputs.ts";
import { initC, lowerText } from "../src/c/index.ts";
import { checkUnit } from "../src/check/index.ts";
import { parseDiff } from "../src/diff/index.ts";
import { readInput } from "../src/mail/index.ts";
import { builtinRules, rulebookFor } from "../src/rulebook/index.ts";

const root = join(import.meta.dirname, "..");
const program = join(root, "bin/mmreview.js");
const tree = process.env["MMREVIEW_TREE_6_12"] ?? "";
const folder = mkdtempSync(join(tmpdir(), "mmreview-bench-"));

interface Cost {
  readonly cpu: number;
  readonly wall: number;
}

/** Where it is set, every start of Node reads certificates for 35 ms, which neither program is about. */
const { NODE_EXTRA_CA_CERTS: certificates, ...plainEnv } = process.env;

/** Least cost of `runs` runs, each of so many processes `side` by side; the exit code does not matter. */
function cost(command: readonly string[], cwd: string, runs: number, env: NodeJS.ProcessEnv = plainEnv, side = 1): Cost {
  let [cpu, wall] = [Infinity, Infinity];
  for (let run = 0; run < runs; run++) {
    const quoted = command.map((word) => `'${word}'`).join(" ");
    const start = performance.now();
    const { stdout } = spawnSync("bash", ["-c", `${`${quoted} >/dev/null 2>&1 & `.repeat(side)}wait; times`], { cwd, encoding: "utf8", env });
    wall = Math.min(wall, (performance.now() - start) / 1000);
    const parts = stdout.trim().split("\n").at(-1)!.split(/\s+/).map((text) => /(\d+)m([\d.]+)s/.exec(text)!);
    cpu = Math.min(cpu, parts.reduce((sum, part) => sum + 60 * Number(part[1]) + Number(part[2]), 0));
  }
  return { cpu, wall };
}

function row(what: string, value: string, beside = ""): void {
  console.log(`| ${what} | ${value} | ${beside} |`);
}

const seconds = (value: number): string => `${value.toFixed(2)} s`;
const times = (value: number): string => `${value.toFixed(2)} x`;

/** User time of this process for `work`, in seconds; the least of three. */
async function own(work: () => unknown): Promise<number> {
  let least = Infinity;
  for (let run = 0; run < 3; run++) {
    const before = process.cpuUsage();
    await work();
    least = Math.min(least, process.cpuUsage(before).user / 1e6);
  }
  return least;
}

function coldRows(): void {
  const mail = join(folder, "150.patch");
  writeFileSync(mail, patchOfLines(150));
  const node = cost(["node", "-e", "0"], folder, 9);
  const help = cost(["node", program, "--help"], folder, 9);
  const alone = cost(["node", program, "--no-progress", "--no-cache", mail], folder, 9);
  row("bare node", seconds(node.cpu));
  if (certificates !== undefined) row("bare node with NODE_EXTRA_CA_CERTS, as it is set here", seconds(cost(["node", "-e", "0"], folder, 9, process.env).cpu), "not set in what follows");
  row("`--help`", `${seconds(help.cpu)} (${seconds(help.wall)} wall)`);
  row("one patch of 150 lines, mail alone", seconds(alone.cpu), `${times(alone.cpu / node.cpu)} bare node`);
  writeFileSync(join(folder, "whole.patch"), patchOfLines(150, 1, true));
  const whole = cost(["node", program, "--no-progress", "--no-cache", join(folder, "whole.patch")], folder, 3);
  row("the same with nine functions in full, each replayed", seconds(whole.cpu), `${times(whole.cpu / alone.cpu)} the patch above`);
  const checkpatch = join(tree, "scripts/checkpatch.pl");
  if (tree === "" || !existsSync(checkpatch)) return;
  const other = cost(["perl", checkpatch, "--no-tree", mail], folder, 9);
  row("checkpatch.pl --no-tree, same mail", seconds(other.cpu), `mmreview takes ${times(alone.cpu / other.cpu)}`);
  realMailRow(checkpatch);
  ordinaryRows(checkpatch);
  const changes = [
    ["a comment in mm/memory.c, with the tree", "mm/memory.c", "\tpte = pte_offset_map_lock(", "\t/* Look at the entry under its lock. */"],
    ["a test in perf_get_pgtable_size(), with the tree", "kernel/events/core.c", "\tpgd = READ_ONCE(*pgdp);", "\tif (!mm->pgd)\n\t\treturn 0;"],
    ["a test in zap_huge_pmd(), with the tree", "mm/huge_memory.c", "\ttlb_change_page_size(tlb, HPAGE_PMD_SIZE);", "\tif (!vma->vm_mm)\n\t\treturn 0;"],
    ["a test in do_numa_page(), with the tree", "mm/memory.c", "\twritable = pte_write(pte);", "\tif (!vma->vm_ops)\n\t\tflags |= TNF_SHARED;"],
  ] as const;
  for (const [n, [what, file, before, added]] of changes.entries()) {
    const patch = join(folder, `tree${n}.patch`);
    writeFileSync(patch, patchOfTree([[file, before, added]]));
    const within = cost(["node", program, "--no-progress", "--no-cache", "--jobs", "1", "--tree", tree, patch], folder, 5);
    const otherWithin = cost(["perl", checkpatch, patch], tree, 5);
    row(what, seconds(within.cpu), `${times(within.cpu / otherWithin.cpu)} checkpatch.pl in the tree (${seconds(otherWithin.cpu)})`);
  }
}

/** Mails of people, where they are kept beside the project: what they take differs with their code and encoding. */
function realMailRow(checkpatch: string): void {
  const corpus = join(root, "../shared/corpus");
  const files = ["known", "reviewed"].map((name) => join(corpus, name)).filter((path) => existsSync(path)).flatMap((path) => readdirSync(path).filter((name) => name.endsWith(".mbox")).map((name) => join(path, name)));
  const mails = files.filter((file) => {
    const lines = readFileSync(file, "latin1").split("\n").length - 1;
    return lines >= 130 && lines <= 180;
  });
  if (mails.length === 0) return;
  const costs = mails.map((file) => ({ ours: cost(["node", program, "--no-progress", "--no-cache", file], folder, 3).cpu, theirs: cost(["perl", checkpatch, "--no-tree", file], folder, 3).cpu }));
  const ratios = costs.map(({ ours, theirs }) => ours / theirs).toSorted((a, b) => a - b);
  const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);
  const median = costs.map(({ ours }) => ours).toSorted((a, b) => a - b)[costs.length >> 1]!;
  row(`${mails.length} real mails of 130 to 180 lines, alone, the middle one`, seconds(median), `${times(ratios[ratios.length >> 1]!)} checkpatch.pl --no-tree (${times(ratios[0]!)} to ${times(ratios.at(-1)!)}); all together ${times(sum(costs.map(({ ours }) => ours)) / sum(costs.map(({ theirs }) => theirs)))}`);
}

/** A mail of 150 lines with changes in three functions, cold, then after another patch to the same files with what that one left, and in a repository. */
function ordinaryRows(checkpatch: string): void {
  const mail = join(folder, "ordinary.patch");
  const [idle, locked] = [["mm/page_idle.c", "\t\taddr = pvmw.address;", "\t\tif (!vma->vm_mm)\n\t\t\tcontinue;"], ["mm/mlock.c", "\tstart_pte = pte_offset_map_lock(", "\tif (!vma->vm_mm)\n\t\treturn 0;"]] as const;
  const diff = patchOfTree([idle, locked, ["mm/mincore.c", "\tptep = pte_offset_map_lock(", "\t/* The table may have gone. */"]]);
  const prose = "Say in a few sentences what goes wrong, on which CPU, and since when.\n".repeat(150 - diff.split("\n").length);
  writeFileSync(mail, diff.replace("Say it.\n", `Say it.\n\n${prose}`));
  const review = (to: string, patch: string, ...words: readonly string[]): string[] => ["node", program, "--no-progress", "--jobs", "1", ...words, "--tree", to, patch];
  const beside = (what: string, cpu: number, other: number): void => row(what, seconds(cpu), `${times(cpu / other)} checkpatch.pl there (${seconds(other)})`);
  const other = cost(["perl", checkpatch, mail], tree, 5).cpu;
  beside("a patch of 150 lines to three files of mm/, with the tree", cost(review(tree, mail, "--no-cache"), folder, 5).cpu, other);
  const another = join(folder, "another.patch");
  writeFileSync(another, patchOfTree([["mm/page_idle.c", "\tif (pfn >= max_pfn)", "\tcond_resched();"], ["mm/mlock.c", "\tlru_add_drain();", "\tcond_resched();"]]));
  const warm = Math.min(...[1, 2, 3].map((run) => {
    const env = { ...plainEnv, XDG_CACHE_HOME: join(folder, `cache${run}`) };
    cost(review(tree, another), folder, 1, env);
    return cost(review(tree, mail), folder, 1, env).cpu;
  }));
  beside("the same after another patch to these files", warm, other);
  const repository = join(folder, "repository");
  for (const part of ["mm", "include", "fs", "kernel", "scripts", "Makefile", "Kbuild", "MAINTAINERS", "README", "COPYING", "CREDITS"]) if (existsSync(join(tree, part))) cpSync(join(tree, part), join(repository, part), { recursive: true });
  for (const part of ["Documentation", "arch", "drivers", "init", "ipc", "lib"]) mkdirSync(join(repository, part), { recursive: true });
  for (const words of [["init", "-q"], ["add", "-A"], ["-c", "user.name=A", "-c", "user.email=a@example.org", "commit", "-q", "-m", "all"]]) spawnSync("git", words, { cwd: repository });
  beside("the same, the tree a git repository", cost(review(repository, mail, "--no-cache"), folder, 3).cpu, cost(["perl", checkpatch, mail], repository, 3).cpu);
}

/** Changes to files of the tree: lines before the first one that starts with a text. Made when they are needed, as the text is not ours. */
function patchOfTree(changes: readonly (readonly [file: string, before: string, added: string])[]): string {
  const diffs = changes.map(([file, before, added]) => {
    const lines = readFileSync(join(tree, file), "utf8").split("\n");
    const at = lines.findIndex((line) => line.startsWith(before));
    if (at < 0) throw new Error(`${file} has no line that starts with ${JSON.stringify(before)}`);
    const changed = lines.toSpliced(at, 0, ...added.split("\n"));
    for (const [side, text] of [["a", lines], ["b", changed]] as const) {
      mkdirSync(dirname(join(folder, side, file)), { recursive: true });
      writeFileSync(join(folder, side, file), text.join("\n"));
    }
    const { stdout } = spawnSync("git", ["diff", "--no-index", `a/${file}`, `b/${file}`], { cwd: folder, encoding: "utf8" });
    return stdout.replaceAll("a/a/", "a/").replaceAll("b/b/", "b/");
  });
  return `From: A <a@example.org>\nSubject: [PATCH] mm: change a function\nDate: Tue, 3 Dec 2024 09:00:00 +0000\n\nSay it.\n\nSigned-off-by: A <a@example.org>\n---\n${diffs.join("")}`;
}

/**
 * One job and two in turns, as the clock is asked: what else the machine does in the meantime is to concern both. Then what the machine
 * itself makes of two: V8 uses the second core with one job as well, so that two processes that know nothing of each other take more
 * than as long as one, and two jobs can't do better.
 */
function jobsRows(what: string, runs: number, words: readonly string[]): void {
  const costs = Array.from({ length: runs }, () =>
    ([["1", 1], ["2", 1], ["1", 2]] as const).map(([jobs, side]) => cost(["node", program, "--no-cache", "--no-progress", "--jobs", jobs, ...words], folder, 1, plainEnv, side)),
  );
  const least = (at: number): Cost => ({ cpu: Math.min(...costs.map((run) => run[at]!.cpu)), wall: Math.min(...costs.map((run) => run[at]!.wall)) });
  const [one, two, apart] = [least(0), least(1), least(2)];
  row(`${what}, --jobs 1`, `${seconds(one.cpu)} (${seconds(one.wall)} wall)`);
  row(`${what}, --jobs 2`, `${seconds(two.cpu)} (${seconds(two.wall)} wall)`, `${times(one.wall / two.wall)} as fast by the clock, where two processes with one job each come to ${times((2 * one.wall) / apart.wall)}`);
}

function clockRows(): void {
  const box = join(folder, "400.mbox");
  writeFileSync(box, manyMails(400));
  jobsRows("400 patches of 150 lines", 3, [box]);
  const archive = join(folder, "archive.mbox");
  writeFileSync(archive, archiveMails(100_000));
  jobsRows("100,000 mails, each twentieth such a patch", 1, [archive]);
  if (tree === "") return;
  jobsRows("scan mm/", 2, ["scan", "--tree", tree, "mm"]);
  jobsRows("scan of all usual folders", 1, ["scan", "--tree", tree]);
}

async function mailRows(): Promise<void> {
  const box = join(folder, "plain.mbox");
  writeFileSync(box, plainMails(20_000));
  const plain = await own(async () => {
    for await (const event of readInput(box)) if (event.kind === "trouble") throw new Error(event.text);
  });
  row("mails without patch", `${Math.round(20_000 / plain)} a second`);
  const diffs = (count: number): string[] => Array.from({ length: count }, (_item, n) => codeOf(n));
  const parsed = async (count: number): Promise<number> => {
    const texts = diffs(count);
    return own(() => texts.forEach((text) => parseDiff(text)));
  };
  const [few, many] = [await parsed(2000), await parsed(4000)];
  row("patches parsed and repaired", `${Math.round(4000 / many)} a second`, `twice as many take ${times(many / few)}`);
}

async function growthRows(): Promise<void> {
  await initC();
  const rulebook = rulebookFor(builtinRules(), "6.12");
  const long = async (pieces: number): Promise<number> => {
    const text = `static void f(struct vm_area_struct *vma, pmd_t *pmd, unsigned long addr)\n{\n\tspinlock_t *ptl;\n\tpte_t *pte;\n${"\tpte = pte_offset_map_lock(vma->vm_mm, pmd, addr, &ptl);\n\tif (!pte)\n\t\treturn;\n\tptep_clear_flush(vma, addr, pte);\n\tpte_unmap_unlock(pte, ptl);\n".repeat(pieces)}}\n`;
    return own(() => checkUnit(lowerText("mm/f.c", text), rulebook));
  };
  await long(50);
  const [short, double] = [await long(200), await long(400)];
  row("function of 1,000 lines", seconds(short), `of 2,000 lines ${times(double / short)}`);
  for (const count of [100, 200]) writeFileSync(join(folder, `${count}.mbox`), manyMails(count));
  const reviews = [100, 200].map((count) => cost(["node", program, "--no-progress", "--jobs", "1", join(folder, `${count}.mbox`)], folder, 3).cpu);
  row("100 patches of 150 lines reviewed", seconds(reviews[0]!), `200 take ${times(reviews[1]! / reviews[0]!)}`);
}

console.log(`node ${process.version}, ${execFileSync("uname", ["-srm"], { encoding: "utf8" }).trim()}, load ${readFileSync("/proc/loadavg", "utf8").split(" ").slice(0, 3).join(" ")}\n`);
console.log("| what | cost | beside |\n|---|---|---|");
try {
  coldRows();
  await mailRows();
  await growthRows();
  clockRows();
} finally {
  rmSync(folder, { recursive: true });
}
