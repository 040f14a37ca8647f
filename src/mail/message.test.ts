import { describe, expect, it } from "vitest";
import { defaultLimits } from "./limits.ts";
import { readMessage } from "./message.ts";
import type { MessageEvent } from "./types.ts";

const diff = "diff --git a/mm/a.c b/mm/a.c\n--- a/mm/a.c\n+++ b/mm/a.c\n@@ -1,2 +1,2 @@\n-a\n+b\n c\n";

async function read(headers: string, body = ""): Promise<MessageEvent> {
  const bytes = Buffer.from(`${headers}\n\n${body}`);
  return readMessage({ bytes, line: 7, quoting: "none", limit: null }, "mail", { input: "in", path: "in/file" }, defaultLimits);
}

describe("reasons for mails without a patch", () => {
  it.each([
    ["Subject: [PATCH v2 0/3] mm: x", "Hi,\n\n mm/a.c | 2 +-\n 1 file changed, 1 insertion(+), 1 deletion(-)\n", "cover letter of a series"],
    ["Subject: Re: [PATCH v2 0/3] mm: x", "> text\n\nAcked-by: me\n", "reply without a diff"],
    ["Subject: Re: [PATCH 1/3] mm: x", "> diff --git a/mm/a.c b/mm/a.c\n> --- a/mm/a.c\n\nWhy this file?\n", "quotes only the head of a diff, no change"],
    ["Subject: [GIT PULL] mm updates", "Please pull.\n", "pull request"],
    ["Subject: mm for 6.12", "The following changes since commit abc:\n\nare available in the Git repository at:\n", "pull request"],
    ["Subject: [PATCH 2/3] mm: x", "I forgot it.\n", "marked as a patch but holds no diff"],
    ["Subject: mm: a question", "How does this work?\n", "no diff in it"],
    ["Subject: [ANNOUNCE] tool", "New:\n\n 3 files changed, 10 insertions(+)\n", "announcement without a diff"],
    ["Subject: [PATCH] merge", "---\ndiff --cc mm/a.c\nindex 1,2..3\n", "a combined diff (merge) cannot be reviewed"],
    ["Subject: nothing", "\n \n", "empty message"],
    ["Subject: nothing", "", "empty message"],
    ["In-Reply-To: <a@b>\nSubject: mm: x", "I agree.\n", "reply without a diff"],
  ])("%s", async (headers, body, reason) => {
    const { patches, skipped } = await read(`From: a@b\n${headers}`, body);
    expect(patches).toEqual([]);
    expect(skipped?.reason).toBe(reason);
  });
});

describe("patches of a mail", () => {
  it("are numbered by the subject in a patch mail", async () => {
    const { patches } = await read("From: a@b\nSubject: [RFC PATCH v4 3/9] mm: x", `text\n---\n${diff}`);
    expect(patches).toMatchObject([{ carrier: "patch", index: 3, total: 9, revision: 4, tags: ["RFC"], line: 3, diff }]);
  });

  it("count for themselves in a reply, which keeps revision and tags", async () => {
    const { patches } = await read("From: a@b\nSubject: Re: [RFC PATCH v4 3/9] mm: x", `> why\n\n${diff}`);
    expect(patches).toMatchObject([{ carrier: "follow-up", index: 1, total: 1, revision: 4, tags: ["RFC"] }]);
  });

  it("carry the base commit of their mail", async () => {
    const { baseCommit, patches } = await read("From: a@b\nSubject: [PATCH] x", `---\n${diff}\nbase-commit: 0123456789abcdef0123456789abcdef01234567\n-- \n2.39.5\n`);
    expect(baseCommit).toBe("0123456789abcdef0123456789abcdef01234567");
    expect(patches[0]).toMatchObject({ baseCommit, diff });
  });

  it("are found unquoted in a mail that answers without saying Re:", async () => {
    const { patches } = await read("From: a@b\nIn-Reply-To: <p@x>\nSubject: mm: x", `So:\n\n${diff}`);
    expect(patches).toMatchObject([{ carrier: "follow-up" }]);
  });

  it("in one mail twice, as text and attachment, count once", async () => {
    const parts = (first: string): string => `--b\nContent-Type: text/plain\n\n${first}\n--b\nContent-Type: text/x-patch; name=a.diff\n\n${diff}\n--b--\n`;
    const headers = "From: a@b\nSubject: [PATCH] x\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b";
    expect((await read(headers, parts(`---\n${diff}`))).patches.map((patch) => patch.carrier)).toEqual(["patch"]);
    expect((await read(headers, parts("attached"))).patches.map((patch) => patch.carrier)).toEqual(["attachment"]);
  });
});

describe("what a mail says of itself", () => {
  it("gets a made-up id, no date and no parents where it says nothing", async () => {
    const { message, sender } = await read("Subject: x\nDate: sometime", "text");
    expect(message).toEqual({ id: "in/file:7@mmreview.invalid", subject: "x", author: "", date: null, inReplyTo: null, references: [], origin: { path: "in/file", line: 7 } });
    expect(sender).toBe("");
  });

  it("finds its parent in In-Reply-To, else in References", async () => {
    expect((await read("References: <r@x> <p@x>")).message).toMatchObject({ inReplyTo: "p@x", references: ["r@x", "p@x"] });
    expect((await read("In-Reply-To: Your message of Monday <p@x>\nReferences: <r@x>")).message).toMatchObject({ inReplyTo: "p@x" });
  });

  it("has no control or direction-changing characters in its subject and author", async () => {
    const { message } = await read("From: =?utf-8?q?A=1B[31mda=E2=80=AE?= <a@b>\nSubject: x\u001b]0;owned\u0007 \u202e\u2066y");
    expect(message.subject).toBe("x ]0;owned y");
    expect(message.author).toBe("A [31mda <a@b>");
  });

  it("is not longer than a line can be", async () => {
    const { message } = await read(`Subject: ${"x ".repeat(100_000)}\nReferences: ${"<r@x> ".repeat(30_000)}`);
    expect(message.subject.length).toBeLessThanOrEqual(500);
    expect(message.references.length).toBeLessThanOrEqual(256);
  });
});
