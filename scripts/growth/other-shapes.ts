/** Shapes of what is read beside mails (litmus tests, scenarios, rule packs, baselines), and of reports with n findings in every format. */
import { formatNames } from "../../src/report/formats.ts";
import { times } from "./c-shapes.ts";
import type { Input, Shape } from "./input.ts";



function litmus(threads: readonly (readonly string[])[], condition: string): string {
  return `C x\n\n{}\n\n${threads.map((lines, i) => `P${i}(int *x, int *y, spinlock_t *s)\n{\n${lines.map((line) => `\t${line}\n`).join("")}}\n\n`).join("")}exists (${condition})\n`;
}

const litmusTexts: Readonly<Record<string, (n: number) => string>> = {
  "threads": (n) => litmus(times(n, (i) => [`WRITE_ONCE(*x, ${i});`]), "x=1"),
  "writes": (n) => litmus([times(n, (i) => `WRITE_ONCE(*x, ${i});`), ["int r0;", "r0 = READ_ONCE(*x);"]], "1:r0=1"),
  "reads": (n) => litmus([["WRITE_ONCE(*x, 1);"], times(n, (i) => `int r${i};`).concat(times(n, (i) => `r${i} = READ_ONCE(*x);`))], "1:r0=1"),
  "barriers": (n) => litmus([times(n, () => "smp_mb();"), ["WRITE_ONCE(*x, 1);"]], "x=1"),
  "locks": (n) => litmus([times(n, (i) => (i % 2 === 0 ? "spin_lock(s);" : "spin_unlock(s);")), ["spin_lock(s);", "spin_unlock(s);"]], "x=1"),
  "conditions": (n) => litmus([["WRITE_ONCE(*x, 1);"], ["WRITE_ONCE(*y, 1);"]], times(n, () => "x=1 /\\ ").join("") + "y=1"),
  "nested conditions": (n) => litmus([["WRITE_ONCE(*x, 1);"]], `${"(".repeat(n)}x=1${")".repeat(n)}`),
  "negations": (n) => litmus([["WRITE_ONCE(*x, 1);"]], `${"~".repeat(n)}x=1`),
  "ifs": (n) => litmus([["WRITE_ONCE(*x, 1);"], ["int r0;", "r0 = READ_ONCE(*x);", ...times(n, (i) => `if (r0 == ${i}) WRITE_ONCE(*y, ${i});`)]], "y=1"),
  "comments": (n) => `C x\n(* ${"a (* ".repeat(n)}\n`,
  "initial values": (n) => `C x\n\n{ ${times(n, (i) => `v${i}=${i}; `).join("")} }\n\nP0(int *x)\n{\n}\n\nexists (x=1)\n`,
};

const scenario = (body: readonly string[], head = "world: vma=anon pmd=table pte=page,none\n * threads: f munmap_vma"): string => `/*\n * scenario: one\n * kernel: 6.12\n * ${head}\n * expect: holds\n */\nvoid f(struct mm_struct *mm, struct vm_area_struct *vma, pmd_t *pmd, unsigned long addr)\n{\n${body.map((line) => `\t${line}\n`).join("")}}\n`;

const scenarioTexts: Readonly<Record<string, (n: number) => string>> = {
  "statements": (n) => scenario(["int a;", ...times(n, (i) => `a = ${i};`)]),
  "locks": (n) => scenario(times(n, () => "mmap_read_lock(mm);\n\tmmap_read_unlock(mm);")),
  "lookups": (n) => scenario(["pte_t *pte;", ...times(n, () => "pte = pte_offset_map(pmd, addr);\n\tif (pte)\n\t\tpte_unmap(pte);")]),
  "branches": (n) => scenario(["int a = 0;", ...times(n, (i) => `if (ask(${i}))\n\t\ta++;`)]),
  "scenarios": (n) => times(n, () => scenario(["return;"])).join("\n"),
  "threads": (n) => scenario(["mmap_read_lock(mm);", "mmap_read_unlock(mm);"], `world: vma=anon pmd=table pte=page,none\n * threads:${" f".repeat(n)}`),
  "entries": (n) => scenario(["return;"], `world: vma=anon pmd=table pte=${times(n, () => "page").join(",")}\n * threads: f`),
};

const packHead = 'import type { Contract } from "mmreview/schema";\n\n';
const packTexts: Readonly<Record<string, (n: number) => string>> = {
  "contracts": (n) => `${packHead}export const contracts: readonly Contract[] = [\n${times(n, (i) => `\t{ name: "f${i}", params: ["mm"], requires: [{ need: "held", rule: "walk-context", any: [{ class: "mmap", of: "mm" }] }], references: [] },\n`).join("")}];\n`,
  "nested": (n) => `${packHead}export const contracts: readonly Contract[] = ${"[".repeat(n)}${"]".repeat(n)};\n`,
  "parameters": (n) => `${packHead}export const contracts: readonly Contract[] = [{ name: "f", params: [${times(n, (i) => `"p${i}"`).join(", ")}], references: [] }];\n`,
  "constants": (n) => `${packHead}${times(n, (i) => `const c${i} = ${i === 0 ? '"x"' : `c${i - 1}`};\n`).join("")}export const contracts: readonly Contract[] = [{ name: c${n - 1}, params: [], references: [] }];\n`,
  "spreads": (n) => `${packHead}${times(Math.min(n, 40), (i) => `const c${i} = ${i === 0 ? '["x"]' : `[...c${i - 1}, ...c${i - 1}]`};\n`).join("")}export const contracts: readonly Contract[] = [];\n// ${" ".repeat(n)}\n`,
};

const baselineTexts: Readonly<Record<string, (n: number) => string>> = {
  "findings": (n) => JSON.stringify({ schema: "mmreview/baseline@1", findings: times(n, (i) => ({ rule: "lock-order", function: `f${i}`, reason: "known" })) }),
  "nested": (n) => `{"schema":"mmreview/baseline@1","findings":${"[".repeat(n)}${"]".repeat(n)}}`,
};

/** A report of n findings in one function, and of n in functions of their own. */
function report(n: number, spread: boolean): unknown {
  const finding = (i: number): unknown => ({
    rule: (["lock-order", "stale-read", "tlb-flush"] as const)[i % 3], severity: (["error", "warning", "note"] as const)[i % 3], confidence: "likely", status: "introduced", file: "mm/x.c", line: 10 + i, column: 2, function: spread ? `f${i}` : "f",
    message: `the lock is taken in line ${i}`, why: "because", fix: "take it elsewhere", requires: ["a lock"], held: ["mmap"], assumed: ["nothing"], path: [{ file: "mm/x.c", line: i + 1, text: "takes mmap_lock" }],
    trace: i % 4 === 0 ? { scenario: "s", actor: "zap", era: "6.14", steps: times(6, (k) => ({ cpu: k % 2, file: "mm/x.c", line: k + 1, text: "set_pte(pte, old)", effect: "the entry changes" })), litmus: null } : null,
    fixConfirmed: null, references: [{ file: "mm/memory.c", where: "f()", version: "6.12" }], fingerprint: String(i).padStart(16, "0"), frame: { start: i + 1, lines: [{ line: i + 1, mark: "+", text: "\tmmap_read_lock(mm);" }] },
  });
  const findings = times(n, finding);
  const functions = times(spread ? n : 1, (i) => ({ name: spread ? `f${i}` : "f", file: "mm/x.c", line: i + 1, coverage: "full", reason: "", obligations: { proved: 1, violated: 1, unknown: 1 }, proofs: [], unknowns: [{ rule: "lock-order", line: i + 1, text: "who holds it" }] }));
  const patch = (own: readonly unknown[], i: number): unknown => ({ messageId: `${i}@example.org`, subject: `[PATCH] x ${i}`, author: "A Tester", date: null, carrier: "body", index: 1, total: 1, revision: 1, base: { kind: "none", id: "" }, kernel: { version: "6.14", from: "--kernel" }, files: ["mm/x.c"], repairs: [], notes: [], functions, findings: own });
  const patches = spread ? [patch(findings, 0)] : times(Math.ceil(n / 10), (i) => patch(findings.slice(10 * i, 10 * i + 10), i));
  return { schema: "mmreview/report@1", tool: { name: "mmreview", version: "0", rules: 1 }, kernel: { version: "6.14", from: "--kernel" }, inputs: [{ path: "x", messages: 1, patches: patches.length, skipped: [], troubles: [] }], patches, summary: { patches: patches.length, functions: n, errors: n, warnings: n, notes: n, fixed: 0, waived: 0, elapsedMs: 1, obligations: { proved: 1, violated: 1, unknown: 1 }, coverage: { full: n, partial: 0, skipped: 0 } } };
}

function named(kind: string, texts: Readonly<Record<string, (n: number) => string>>, input: (text: string) => Input): Shape[] {
  return Object.entries(texts).map(([name, text]) => ({ name: `${kind}: ${name}`, make: (n) => input(text(n)) }));
}

export const otherShapes: readonly Shape[] = [
  ...named("litmus", litmusTexts, (text) => ({ kind: "litmus", text })),
  ...named("scenario", scenarioTexts, (text) => ({ kind: "scenario", text })),
  ...named("rule pack", packTexts, (text) => ({ kind: "pack", text })),
  ...named("baseline", baselineTexts, (text) => ({ kind: "baseline", text })),
  ...(formatNames["report"] ?? []).flatMap((format) => [true, false].map((spread): Shape => ({ name: `report: ${format}, findings of ${spread ? "many functions" : "one function"}`, make: (n) => ({ kind: "report", format, text: JSON.stringify(report(n, spread)) }) }))),
];
