/** The HTML report in a real browser: keyboard, screen reader's view, light and dark, narrow and on paper, and nothing fetched or run. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { auditPage, browserPath, launchBrowser } from "../../fixtures/report/browser.ts";
import type { Report } from "../core/report.ts";
import { simulate } from "../index.ts";
import { renderReport } from "./formats.ts";

const root = join(import.meta.dirname, "../..");
const plain = { colour: false, width: 100, verbose: false, quiet: false, rules: [] };

function sample(name: string): Report {
  return JSON.parse(readFileSync(join(root, "fixtures/report", `${name}.json`), "utf8")) as Report;
}

/** The race report, with a path that takes locks and the trace of a scenario that the simulator has broken. */
async function pictured(): Promise<Report> {
  const race = sample("race");
  const { scenarios } = await simulate({ files: ["vmemmap-split.c"], kernel: null, bound: null, pictures: true, cwd: join(root, "fixtures/scenarios") });
  const trace = scenarios.find((scenario) => scenario.trace !== null)!.trace;
  const path = [
    { file: "mm/demo_walk.c", line: 40, text: "takes mmap_lock (read)" },
    { file: "mm/demo_walk.c", line: 43, text: "takes pmd lock" },
  ];
  const findings = race.patches[0]!.findings.map((finding) => (finding.rule === "stale-read" && finding.status === "introduced" ? { ...finding, trace, path } : finding));
  return { ...race, patches: [{ ...race.patches[0]!, findings }] };
}

/** In the page: what has the focus, and whether that shows; the mark of a radio button is on its label. */
const focused = `(() => {
  const element = document.activeElement;
  const shown = element.tagName === "INPUT" ? element.nextElementSibling : element;
  const words = (element.getAttribute("aria-label") ?? element.textContent).trim().replace(/\\s+/g, " ").slice(0, 26);
  return [element.tagName + " " + words, getComputedStyle(shown).outlineStyle !== "none"];
})()`;

describe.runIf(browserPath !== null)("in Chromium (skipped where it is not installed)", () => {
  let folder = "";
  let browser: Browser;
  let report: Report;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "mmreview-html-"));
    browser = await launchBrowser();
    report = await pictured();
  });
  afterAll(async () => {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  });

  interface Opened {
    readonly page: Page;
    /** What the page asked for besides itself, and what it said on the console. */
    readonly heard: string[];
  }

  async function open(shown: Report, options: { readonly colorScheme?: "light" | "dark"; readonly width?: number } = {}): Promise<Opened> {
    const file = join(folder, "report.html");
    writeFileSync(file, await renderReport("html", shown, plain));
    const page = await browser.newPage({ colorScheme: options.colorScheme ?? "light", viewport: { width: options.width ?? 1100, height: 800 } });
    const heard: string[] = [];
    const url = pathToFileURL(file).href;
    page.on("request", (request) => request.url() !== url && heard.push(`request ${request.url()}`));
    page.on("console", (message) => heard.push(`console ${message.text()}`));
    page.on("pageerror", (error) => heard.push(`error ${error.message}`));
    page.on("dialog", (dialog) => heard.push(`dialog ${dialog.message()}`));
    await page.goto(url);
    await page.evaluate('for (const details of document.querySelectorAll("details")) details.open = true');
    return { page, heard };
  }

  it.each(["light", "dark"] as const)("reads well in %s, with nothing fetched, run or broken", async (colorScheme) => {
    const { page, heard } = await open(report, { colorScheme });
    const { texts, headings, ...rest } = await auditPage(page);
    expect(texts).toBeGreaterThan(100);
    expect(headings[0]).toBe(1);
    expect(headings.filter((level) => level === 1)).toHaveLength(1);
    expect(headings.filter((level, index) => level > (headings[index - 1] ?? 0) + 1)).toEqual([]);
    expect(rest).toEqual({ faint: [], doubleIds: [], deadReferences: [], active: [], looseHeaders: 0, scrollsSideways: false });
    expect(heard).toEqual([]);
    await page.close();
  });

  it("the audit sees what is wrong", async () => {
    const { page } = await open(report);
    const wrong = '<h4 style="color:#999;background:#ccc">faint</h4><p id="findings">twice</p><a href="#gone">x</a><img src="x.png"><div style="width:3000px">wide</div>';
    await page.evaluate(`document.querySelector("h2").outerHTML = ${JSON.stringify(wrong)}`);
    const seen = await auditPage(page);
    expect(seen).toMatchObject({ doubleIds: ["findings"], scrollsSideways: true });
    expect(seen.faint).toContainEqual(expect.stringMatching(/: faint$/));
    expect(seen.deadReferences).toEqual(expect.arrayContaining(["gone"]));
    expect(seen.active).toHaveLength(1);
    await page.close();
  });

  it("shows the text of strangers as text", async () => {
    const { page, heard } = await open(sample("hostile"));
    expect((await auditPage(page)).active).toEqual([]);
    expect(heard).toEqual([]);
    await page.close();
  });

  it("fits a narrow screen without scrolling sideways", async () => {
    const { page } = await open(report, { width: 320 });
    expect((await auditPage(page)).scrollsSideways).toBe(false);
    await page.close();
  });

  it("is walked by keyboard: skip link, links, what scrolls, what opens, and out again, each with a mark", async () => {
    const { page } = await open(report);
    const stops: string[] = [];
    const unmarked: string[] = [];
    for (let presses = 0; presses < 60; presses++) {
      await page.keyboard.press("Tab");
      const [stop, marked] = (await page.evaluate(focused)) as readonly [string, boolean];
      if (stop.startsWith("BODY")) break;
      stops.push(stop);
      if (!marked) unmarked.push(stop);
    }
    expect(stops[0]).toBe("A Skip to the findings");
    expect(stops).toEqual(expect.arrayContaining(["DIV Code of mm/demo_walk.c:", "SUMMARY How the path gets here", "DIV Trace", "SUMMARY The page tables, step", "INPUT start, before the first", "DIV Page tables at the start"].map((text) => expect.stringContaining(text) as string)));
    expect(stops.length).toBeLessThan(60);
    expect(unmarked).toEqual([]);
    await page.close();
  });

  it("the skip link leads past the head", async () => {
    const { page } = await open(report);
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    expect(await page.evaluate("document.activeElement.id")).toBe("findings");
    await page.close();
  });

  it("arrow keys walk through the trace, one step in view, with the tables before and after", async () => {
    const { page } = await open(report);
    const panels = page.locator(".panel:visible");
    await page.locator(".stepper input").first().focus();
    expect(await panels.count()).toBe(1);
    const steps = report.patches[0]!.findings.find((finding) => finding.trace?.pictures)!.trace!.steps;
    const changed: number[] = [];
    for (const [index, step] of steps.entries()) {
      await page.keyboard.press("ArrowRight");
      expect(await panels.count()).toBe(1);
      expect((await panels.innerText()).replace(/\s+/g, " ")).toContain(`CPU${step.cpu} ${step.text.replace(/\s+/g, " ").trim()}`);
      if ((await panels.locator("svg").count()) === 2) changed.push(index + 1);
    }
    // Step 10 of this trace hooks up the table: its "after" has the entry marked and an arrow that "before" has not.
    const hooked = steps.findIndex(({ effect }) => effect.includes("-> table T3")) + 1;
    expect(changed).toContain(hooked);
    await page.locator(".stepper input").nth(hooked).focus();
    await page.keyboard.press("Space");
    const arrows = await Promise.all([0, 1].map((index) => panels.locator("svg").nth(index).locator("path").count()));
    expect(arrows[1]).toBe(arrows[0]! + 1);
    expect(await panels.locator("svg").nth(1).locator(".changed").count()).toBe(1);
    await page.close();
  });

  it("tells a screen reader a name for all that has a role", async () => {
    const { page } = await open(report);
    const session = await page.context().newCDPSession(page);
    const { nodes } = await session.send("Accessibility.getFullAXTree");
    const named = ["link", "radio", "image", "heading", "navigation", "region", "DisclosureTriangle", "article"];
    const found = nodes.filter((node) => !node.ignored && named.includes(String(node.role?.value)));
    expect(Array.from(new Set(found.map((node) => String(node.role!.value)))).toSorted()).toEqual(named.toSorted());
    expect(found.filter((node) => String(node.name?.value ?? "") === "").map((node) => node.role!.value)).toEqual([]);
    await page.close();
  });

  it("has the held locks in the margin of the code", async () => {
    const { page } = await open(report);
    const rows = await page.locator("article.error table.code").first().locator("tbody tr").all();
    const cells = await Promise.all(rows.map(async (row) => [await row.locator(".number").textContent(), await row.locator(".held").textContent()]));
    expect(cells).toEqual([["41", "mmap_lock (read)"], ["42", "the same"], ["43", "mmap_lock (read), pmd lock"], ["", ""], ["", ""], ["44", "the same"], ["45", "the same"], ["46", ""]]);
    await page.close();
  });

  it("prints every step", async () => {
    const { page } = await open(report);
    await page.emulateMedia({ media: "print" });
    expect(await page.locator(".panel:visible").count()).toBe(await page.locator(".panel").count());
    await page.close();
  });
});
