/** docs/report.png: the HTML report of a fixture in Chromium, at the last step of its trace. Needs the build; does nothing where Chromium is not installed. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { browserPath, launchBrowser } from "../fixtures/report/browser.ts";
import { packageRoot } from "../src/util/package-root.ts";

if (browserPath === null) console.log("no Chromium: docs/report.png stays as it is");
else {
  const root = packageRoot();
  const folder = mkdtempSync(join(tmpdir(), "mmreview-screenshot-"));
  const page = join(folder, "report.html");
  execFileSync(process.execPath, ["bin/mmreview.js", "--no-config", "--fail-on", "never", "--format", "html", "--output", page, "fixtures/mail/lazyfill.eml"], { cwd: root });
  const browser = await launchBrowser();
  const tab = await browser.newPage({ colorScheme: "light", viewport: { width: 900, height: 800 } });
  await tab.goto(pathToFileURL(page).href);
  const finding = tab.locator("article.error").first();
  await finding.locator(".stepper input").last().check({ force: true });
  const path = join(root, "docs/report.png");
  await finding.screenshot({ path, animations: "disabled" });
  await browser.close();
  rmSync(folder, { recursive: true });
  console.log(`wrote docs/report.png (${statSync(path).size} bytes)`);
}
