/** Threads from an archive through the whole review: Debian's public-inbox where it is installed, and archives that are not what they should be. */
import { createServer, type Server } from "node:http";
import { readFileSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { runCli } from "../../fixtures/cli/harness.ts";
import { havePublicInbox, type Inbox, serveInbox } from "../../fixtures/mail/public-inbox.ts";
import { removeFolders, reviewInputs, temporaryFolder } from "../../fixtures/review/harness.ts";
import type { Report } from "../index.ts";
import { review } from "../index.ts";
import { defaultLimits, readInput } from "../mail/index.ts";

const mbox = readFileSync(join(import.meta.dirname, "../../fixtures/mail/prefill-v1.mbox"), "utf8");
const cover = "20241118081000.4711-1-robin.castell@example.org";
const mails = mbox.split(/^From mboxrd@z .*\n/m).filter((mail) => mail !== "");

afterEach(removeFolders);

const rulesIn = (report: Report): string[] => report.patches.flatMap((patch) => patch.findings.map((finding) => finding.rule));

describe.runIf(havePublicInbox)("public-inbox on loopback (skipped where Debian's public-inbox is not installed)", () => {
  let inbox: Inbox;
  beforeAll(async () => {
    inbox = await serveInbox(mails);
  });
  afterAll(async () => {
    await inbox.stop();
  });

  const fetched = (input: string): Promise<Report> => reviewInputs({ inputs: [input], cwd: temporaryFolder(), archive: inbox.url });

  it("gives the thread of any of its mails, reviewed like the mailbox itself", async () => {
    for (const id of [cover, "<20241118081000.4711-3-robin.castell@example.org>", "ZzsT6Q0vKq3mE1aa@example.net"]) {
      const report = await fetched(id);
      expect(report.inputs[0]).toMatchObject({ path: id, messages: 4, patches: 2 });
      expect(rulesIn(report)).toEqual(["publish-order", "map-failure"]);
    }
  });

  it("gives it by the address of a page, and one mail by its raw address", async () => {
    expect(rulesIn(await fetched(`${inbox.url}/${cover}/T/#u`))).toEqual(["publish-order", "map-failure"]);
    const raw = await fetched(`${inbox.url}/20241118081000.4711-2-robin.castell@example.org/raw`);
    expect(raw.inputs[0]).toMatchObject({ messages: 1, patches: 1 });
  });

  it("says what is not there: exit code 3", async () => {
    const { code, stdout } = await runCli(["--archive", inbox.url, "nobody@example.org"], { cwd: temporaryFolder(), library: { review } });
    expect(code).toBe(3);
    expect(stdout.replace(/\s+/g, " ")).toContain(`can't fetch ${inbox.url}/nobody@example.org/t.mbox.gz: the archive does not have it (404)`);
  });
});

describe("an archive that answers with something else", () => {
  const servers: Server[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) server.close().closeAllConnections();
  });

  async function failureFor(answer: Buffer): Promise<string> {
    const server = createServer((_request, response) => response.end(answer));
    servers.push(server);
    await new Promise<void>((done) => {
      server.listen(0, "127.0.0.1", done);
    });
    const archive = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const report = await reviewInputs({ inputs: ["a@b"], cwd: temporaryFolder(), archive });
    return report.inputs[0]!.failed ?? "";
  }

  it("a gzip that was cut", async () => {
    const packed = gzipSync(mbox);
    expect(await failureFor(packed.subarray(0, packed.length - 20))).toBe("the gzip data ends too early: the file was truncated");
  });

  it("nothing, and something that is no mail", async () => {
    expect(await failureFor(Buffer.alloc(0))).toMatch(/ is empty$/);
    expect(await failureFor(Buffer.from("PK\x03\x04 zip"))).toBe("is a zip file: unpack it first");
  });

  it("a bomb is stopped at the limit for what was fetched", async () => {
    const bomb = gzipSync(Buffer.alloc(2 * 1024 * 1024, "a"));
    const troubles: string[] = [];
    const options = { fetched: new Map([["a@b", bomb]]), limits: { ...defaultLimits, fetchedBytes: 1024 * 1024 } };
    for await (const event of readInput("a@b", options)) if (event.kind === "trouble") troubles.push(event.text);
    expect(troubles).toEqual(["limit hit: the gzip data unpacks to more than 1 MiB"]);
  });
});

describe("what stands before the archive", () => {
  it("a file of that name is read, not fetched", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "a@b"), mbox);
    const report = await reviewInputs({ inputs: ["a@b"], cwd: folder, archive: "http://127.0.0.1:9" });
    expect(report.inputs[0]).toMatchObject({ messages: 4, patches: 2 });
  });

  it("without an archive nothing is fetched, as in the hook", async () => {
    const report = await reviewInputs({ inputs: ["http://127.0.0.1:9/a@b/"], cwd: temporaryFolder() });
    expect(report.inputs[0]!.failed).toBe("no such file");
  });

  it("a wrong archive is wrong usage", async () => {
    const { code, stderr } = await runCli(["--archive", "lore", "a@b"], { cwd: temporaryFolder(), library: { review } });
    expect({ code, stderr }).toEqual({ code: 2, stderr: "mmreview: --archive is not an http or https URL: 'lore'\n" });
  });
});
