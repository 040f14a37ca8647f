/** The formats of litmus verdicts, scenario results and the locking matrix. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import type { LitmusReport } from "../core/litmus-report.ts";
import type { WorldPicture } from "../core/picture.ts";
import type { MatrixReport, SimReport } from "../core/sim-report.ts";
import { renderLitmus, renderMatrix, renderSim } from "./formats.ts";
import type { ReportOptions } from "./options.ts";

const options: ReportOptions = { colour: false, width: 100, verbose: false, quiet: false, rules: [] };
const tool = { name: "mmreview", version: "0.1.0" } as const;

/** A PMD table with one entry, while CPU1 holds mmap_lock. */
function picture(text: string, target: string): WorldPicture {
  return {
    tables: [{ name: "T0", level: "pmd", state: "reachable", note: "", entries: [{ kind: target === "" ? "none" : "table", text, target }] }],
    cpus: [{ cpu: 0, holds: [] }, { cpu: 1, holds: ["mmap_lock (read)"] }], stale: [],
  };
}

function check(schema: string, text: string): unknown {
  const file = join(import.meta.dirname, "../../schemas", schema);
  const validate = new Ajv2020({ allErrors: true }).compile(JSON.parse(readFileSync(file, "utf8")) as object);
  validate(JSON.parse(text));
  return validate.errors;
}

describe("litmus", () => {
  const report: LitmusReport = {
    schema: "mmreview/litmus@1",
    tool,
    tests: [
      {
        path: "mp.litmus", name: "MP", kind: "Allowed", condition: "(1:r0=1 /\\ 1:r1=0)", verdict: "Ok", observation: "Sometimes",
        positive: 1, negative: 3, states: ["1:r0=0; 1:r1=0;", "1:r0=0; 1:r1=1;", "1:r0=1; 1:r1=0;", "1:r0=1; 1:r1=1;"],
        flags: ["data-race"], elapsedMs: 3,
      },
      { path: "srcu.litmus", unsupported: "srcu_down_read()" },
      { path: "bad.litmus", error: { line: 3, column: 7, message: "expected ';'" } },
    ],
  };

  it("speaks as herd7 does", async () => {
    expect(await renderLitmus("text", report, options)).toBe(`Test MP Allowed
States 4
1:r0=0; 1:r1=0;
1:r0=0; 1:r1=1;
1:r0=1; 1:r1=0;
1:r0=1; 1:r1=1;
Ok
Witnesses
Positive: 1 Negative: 3
Flag data-race
Condition exists (1:r0=1 /\\ 1:r1=0)
Observation MP Sometimes 1 3

srcu.litmus: not supported: srcu_down_read()

bad.litmus:3:7: error: expected ';'
`);
  });

  it("shows the execution that decides", async () => {
    const [first, ...others] = report.tests;
    const drawn: LitmusReport = { ...report, tests: [{ ...first!, picture: "MP: allowed\n  P0\n" } as LitmusReport["tests"][number], ...others] };
    expect(await renderLitmus("text", drawn, options)).toContain("Observation MP Sometimes 1 3\n\n  MP: allowed\n    P0\n\nsrcu.litmus:");
    expect(check("litmus-1.json", await renderLitmus("json", drawn, options))).toBeNull();
    const none: LitmusReport = { ...report, tests: [{ ...first!, picture: null } as LitmusReport["tests"][number]] };
    expect(await renderLitmus("text", none, options)).toContain("\n\n  no execution to draw");
    expect(check("litmus-1.json", await renderLitmus("json", none, options))).toBeNull();
  });

  it("draws graphs, and says in words why a test has none", async () => {
    const verdict = report.tests[0]!;
    const svg = (height: number): string => `<svg xmlns="http://www.w3.org/2000/svg" width="300" height="${height}"><g/></svg>\n`;
    const withPicture = (picture: string): LitmusReport["tests"][number] => ({ ...verdict, picture }) as LitmusReport["tests"][number];
    const hostile = { path: "a<b>.litmus", unsupported: "x\n& y" };
    expect(await renderLitmus("dot", { ...report, tests: [withPicture("digraph execution {\n}\n"), hostile] }, options)).toBe(
      "digraph execution {\n}\n// a<b>.litmus: not supported: x & y\n",
    );
    expect(await renderLitmus("svg", { ...report, tests: [withPicture(svg(100))] }, options)).toBe(svg(100));
    const both = await renderLitmus("svg", { ...report, tests: [withPicture(svg(100)), withPicture(svg(50)), hostile] }, options);
    expect(Array.from(both.matchAll(/<svg y="(\d+)"/g), ([, y]) => y)).toEqual(["0", "100", "150"]);
    expect(both).toContain('width="300" height="182"');
    expect(both).toContain("a&lt;b&gt;.litmus: not supported: x &amp; y</text>");
  });

  it("satisfies its schema", async () => {
    expect(check("litmus-1.json", await renderLitmus("json", report, options))).toBeNull();
  });

  it("has a schema that refuses other shapes", () => {
    expect(check("litmus-1.json", JSON.stringify({ ...report, tests: [{ path: "x", verdict: "Maybe" }] }))).not.toBeNull();
  });
});

describe("sim", () => {
  const report: SimReport = {
    schema: "mmreview/sim@1",
    tool,
    scenarios: [
      {
        path: "a.c", name: "walk against collapse", verdict: "violated", reason: "", bound: 1000, bounded: false, states: 12, executions: 3,
        elapsedMs: 1, property: "no access to a freed table", rule: "table-free",
        trace: {
          scenario: "s", actor: "a", era: "6.12", litmus: null,
          steps: [
            { cpu: 1, file: "", line: 0, text: "free(table)", effect: "" },
            { cpu: 0, file: "a.c", line: 4, text: "read(table)", effect: "freed" },
          ],
          pictures: [picture("table T1", "T1"), picture("none", ""), picture("none", "")],
        },
      },
      {
        path: "b.c", name: "locked", verdict: "holds", reason: "", bound: 1000, bounded: false, states: 1, executions: 1, elapsedMs: 1,
        property: null, rule: null, trace: null,
      },
      {
        path: "c.c", name: "large", verdict: "holds", reason: "", bound: 1000, bounded: true, states: 1000, executions: 0, elapsedMs: 1,
        property: null, rule: null, trace: null,
      },
      {
        path: "d.c", name: "odd", verdict: "not-modelled", reason: "inline assembler", bound: 1000, bounded: false, states: 0, executions: 0,
        elapsedMs: 0, property: null, rule: null, trace: null,
      },
    ],
  };

  it("shows verdict, effort, trace and pictures", async () => {
    expect(await renderSim("text", report, { ...options, width: 60 })).toBe(`a.c: walk against collapse: violated: no access to a freed
table [table-free]
  12 states, 3 executions, at most 1000 states

  CPU0                           CPU1
  ----                           ----
                                 free(table)
  read(table) [a.c:4]
    -> freed

  at the start
        pmd T0 [ table T1 ]
    CPU1 holds mmap_lock (read)

  1. after CPU1: free(table)
        pmd T0 [ *none ]
    CPU1 holds mmap_lock (read)

  2. after CPU0: read(table) [a.c:4]
    as before

b.c: locked: holds within the bounds
  1 state, 1 execution, at most 1000 states

c.c: large: holds as far as it was searched; the bound was
reached
  1000 states, 0 executions, at most 1000 states

d.c: odd: not modelled: inline assembler
  0 states, 0 executions, at most 1000 states
`);
  });

  it("says problems with their places behind the results", async () => {
    const problems = [{ path: "a.c", line: 3, column: 7, message: "there is no\nfunction g" }];
    const text = await renderSim("text", { ...report, scenarios: report.scenarios.slice(1, 2), problems }, options);
    expect(text).toBe(`b.c: locked: holds within the bounds
  1 state, 1 execution, at most 1000 states

a.c:3:7: error: there is no function g
`);
    expect(check("sim-1.json", await renderSim("json", { ...report, problems }, options))).toBeNull();
  });

  it("satisfies its schema", async () => {
    const text = await renderSim("json", report, options);
    expect(check("sim-1.json", text)).toBeNull();
    const { scenarios } = JSON.parse(text) as { scenarios: { pictures?: string[]; trace: unknown }[] };
    expect(scenarios[0]!.pictures).toEqual([
      "    pmd T0 [ table T1 ]\nCPU1 holds mmap_lock (read)", "    pmd T0 [ *none ]\nCPU1 holds mmap_lock (read)", "    pmd T0 [ none ]\nCPU1 holds mmap_lock (read)",
    ]);
    expect(scenarios[0]!.trace).toEqual(report.scenarios[0]!.trace);
    expect(scenarios[1]!.pictures).toBeUndefined();
  });
});

describe("matrix", () => {
  const report: MatrixReport = {
    schema: "mmreview/matrix@1",
    tool,
    kernel: { version: "6.12", from: "--kernel" },
    contexts: ["mmap read", "mmap write"],
    operations: ["traverse", "install"],
    cells: [
      { context: "mmap read", operation: "traverse", verdict: "safe", because: "" },
      { context: "mmap read", operation: "install", verdict: "unsafe", because: "fault | installs first" },
      { context: "mmap write", operation: "traverse", verdict: "not-modelled", because: "no model" },
    ],
  };

  it("as text", async () => {
    expect(await renderMatrix("text", report, options)).toBe(`Which context keeps which operation safe, kernel 6.12 (--kernel)

context     traverse  install
mmap read   yes       no
mmap write  ?         ?

- install under mmap read: fault | installs first
- traverse under mmap write: no model
`);
  });

  it("as Markdown, with reasons that can't break the table", async () => {
    expect(await renderMatrix("markdown", report, options)).toBe(`Kernel 6.12 (--kernel).

| context | traverse | install |
| --- | --- | --- |
| mmap read | yes | no |
| mmap write | ? | ? |

- install under mmap read: fault &#124; installs first
- traverse under mmap write: no model
`);
  });

  it("as JSON, which parses back to itself and satisfies its schema", async () => {
    const text = await renderMatrix("json", report, options);
    expect(JSON.parse(text)).toEqual(report);
    expect(check("matrix-1.json", text)).toBeNull();
  });
});
