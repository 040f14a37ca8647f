/** Shapes of mails and mailboxes: headers, bodies, MIME parts, and threads. */
import { times } from "./c-shapes.ts";
import type { Shape } from "./input.ts";

const diff = "--- a/mm/x.c\n+++ b/mm/x.c\n@@ -1,3 +1,4 @@ static void f(pte_t *pte)\n \tint a;\n \ta = 1;\n+\tset_pte(pte, *pte);\n \treturn;\n";
const separator = "From mboxrd@z Thu Jan  1 00:00:00 1970\n";

interface Mail {
  readonly subject?: string;
  readonly id?: number | string;
  /** Further lines of the header. */
  readonly header?: readonly string[];
  readonly body?: string;
}

function mail({ subject = "[PATCH] mm: change x", id = 1, header = [], body = `Text.\n---\n${diff}` }: Mail): string {
  return `From: A Tester <tester@example.org>\nDate: Tue, 3 Dec 2024 09:00:00 +0000\nSubject: ${subject}\nMessage-ID: <${id}@example.org>\n${header.map((line) => `${line}\n`).join("")}\n${body}`;
}

function box(n: number, make: (i: number) => Mail): string {
  return times(n, (i) => `${separator}${mail({ id: i, ...make(i) })}\n`).join("");
}

function parts(n: number, headerOf: (i: number) => string, body: string): string {
  return `${times(n, (i) => `--b\n${headerOf(i)}\n\n${body}\n`).join("")}--b--\n`;
}

const multipart = ["MIME-Version: 1.0", 'Content-Type: multipart/mixed; boundary="b"'];
const ofType = (type: string, encoding = "8bit"): string[] => ["MIME-Version: 1.0", `Content-Type: ${type}`, `Content-Transfer-Encoding: ${encoding}`];
const quoted = (levels: number): string => ">".repeat(levels);

const texts: Readonly<Record<string, (n: number) => string>> = {
  "a header folded": (n) => mail({ header: ["X-Long: a", ...times(n, (i) => ` word ${i}`)] }),
  "a folded subject": (n) => mail({ subject: `[PATCH] a\n${times(n, (i) => ` word${i}`).join("\n")}` }),
  "blanks in a header": (n) => mail({ subject: `[PATCH]${" ".repeat(n)}x${"\t".repeat(n)}` }),
  "many headers": (n) => mail({ header: times(n, (i) => `X-${i}: ${i}`) }),
  "one header many times": (n) => mail({ header: times(n, () => "Content-Type: text/plain; charset=utf-8") }),
  "parameters of a type": (n) => mail({ header: ["MIME-Version: 1.0", `Content-Type: text/plain;\n${times(n, (i) => ` p*${i}*="a%20"`).join(";\n")}`] }),
  "references": (n) => mail({ header: [`References:\n${times(n, (i) => ` <r${i}@example.org>`).join("\n")}`] }),
  "references of one id": (n) => mail({ header: [`References:\n${times(n, () => " <1@example.org>").join("\n")}`] }),
  "brackets in references": (n) => mail({ header: [`References: ${"<".repeat(n)}`] }),
  "encoded words": (n) => mail({ subject: `[PATCH] ${times(n, () => "=?utf-8?q?=C3=A4?=").join("\n ")}` }),
  "halves of encoded words": (n) => mail({ subject: `[PATCH] ${"=?utf-8?q?".repeat(n)}` }),
  "brackets in the subject": (n) => mail({ subject: `${"[PATCH ".repeat(n)}` }),
  "numbers in the subject": (n) => mail({ subject: `[PATCH ${"1/2 ".repeat(n)}] x` }),
  "Re: in the subject": (n) => mail({ subject: `${"Re: ".repeat(n)}[PATCH] x` }),
  "addresses": (n) => mail({ header: [`Cc:\n${times(n, (i) => ` "A, B" <a${i}@example.org>`).join(",\n")}`] }),
  "comments in addresses": (n) => mail({ header: [`Cc: ${"(".repeat(n)}`] }),
  "parts": (n) => mail({ header: multipart, body: parts(n, () => "Content-Type: text/plain", diff) }),
  "parts in parts": (n) => mail({ header: multipart, body: times(n, (i) => `--b${i === 0 ? "" : i}\nContent-Type: multipart/mixed; boundary="b${i + 1}"\n\n`).join("") }),
  "mails in mails": (n) => mail({ header: ["MIME-Version: 1.0", "Content-Type: message/rfc822"], body: times(n, () => "Content-Type: message/rfc822\n\n").join("") }),
  "attachments": (n) => mail({ header: multipart, body: parts(n, (i) => `Content-Type: text/x-patch; name="${i}.patch"\nContent-Disposition: attachment; filename="${i}.patch"`, diff) }),
  "boundaries that end nothing": (n) => mail({ header: multipart, body: "--b \n--b-\n".repeat(n) }),
  "base64": (n) => mail({ header: ofType("text/plain", "base64"), body: "LS0tIGEvbW0veC5jCisrKyBiL21tL3guYwo=\n".repeat(n) }),
  "quoted printable": (n) => mail({ header: ofType("text/plain", "quoted-printable"), body: `${"=3D=\n".repeat(n)}` }),
  "equal signs": (n) => mail({ header: ofType("text/plain", "quoted-printable"), body: `${"=".repeat(n)}` }),
  "flowed": (n) => mail({ header: ofType("text/plain; format=flowed; delsp=yes"), body: `${"a \n".repeat(n)}${diff}` }),
  "flowed quotes": (n) => mail({ header: ofType("text/plain; format=flowed"), body: times(n, (i) => `${quoted(i % 9)} a \n`).join("") }),
  "html": (n) => mail({ header: ofType("text/html"), body: `${"<div>".repeat(n)}${"</div>".repeat(n)}` }),
  "html entities": (n) => mail({ header: ofType("text/html"), body: "&amp".repeat(n) }),
  "one long line": (n) => mail({ body: "a".repeat(n) }),
  "long lines": (n) => mail({ body: `${"word ".repeat(400)}\n`.repeat(n) }),
  "empty lines": (n) => mail({ body: "\n".repeat(n) }),
  "carriage returns": (n) => mail({ body: "\r".repeat(n) }),
  "dashes": (n) => mail({ body: "---\n".repeat(n) }),
  "dashes on one line": (n) => mail({ body: "-".repeat(n) }),
  "scissors": (n) => mail({ body: `${"-- >8 --\n".repeat(n)}${diff}` }),
  "signatures": (n) => mail({ body: `${diff}${"-- \n2.43.0\n".repeat(n)}` }),
  "trailers": (n) => mail({ body: `${times(n, (i) => `Signed-off-by: A ${i} <a@example.org>\n`).join("")}---\n${diff}` }),
  "waivers": (n) => mail({ body: `${times(n, (i) => `Mmreview-waive: lock-order f${i} -- reason\n`).join("")}---\n${diff}` }),
  "bases": (n) => mail({ body: `${diff}${times(n, (i) => `base-commit: ${String(i).padStart(40, "0")}\nprerequisite-patch-id: ${String(i).padStart(40, "0")}\n`).join("")}` }),
  "From lines in a body": (n) => mail({ body: `>From me\nFrom you\n${"From \n".repeat(n)}` }),
  "quoted levels": (n) => mail({ body: `${quoted(n)} a\n` }),
  "quoted lines": (n) => mail({ subject: "Re: [PATCH] x", body: times(n, (i) => `${quoted(1 + (i % 20))} ${i}\n`).join("") }),
  "quoted diffs": (n) => mail({ subject: "Re: [PATCH] x", body: times(n, () => diff.replace(/^/gm, "> ")).join("\n") }),
  "diffs": (n) => mail({ body: times(n, () => `${diff}\nAnd then:\n\n`).join("") }),
  "diffs begun": (n) => mail({ body: "diff --git a/mm/x.c b/mm/x.c\n".repeat(n) }),
  "hunk lines in prose": (n) => mail({ body: "@@ -1,3 +1,4 @@\ntext\n".repeat(n) }),
  "broken bytes": (n) => mail({ header: ofType("text/plain; charset=utf-8"), body: "\u00ff\u00fe".repeat(n) }),
  "mails of patches": (n) => box(n, (i) => ({ subject: `[PATCH] mm: change ${i}` })),
  "one patch many times": (n) => box(n, () => ({ id: 7 })),
  "the same in other mails": (n) => box(n, (i) => ({ subject: "[PATCH] mm: one", id: `x${i}` })),
  "patches of a series": (n) => box(n, (i) => ({ subject: `[PATCH ${i + 1}/${n}] mm: change ${i}`, header: i === 0 ? [] : ["In-Reply-To: <0@example.org>"] })),
  "versions of a series": (n) => box(n, (i) => ({ subject: `[PATCH v${i + 1}] mm: change`, header: i === 0 ? [] : [`In-Reply-To: <${i - 1}@example.org>`] })),
  "versions without a thread": (n) => box(n, (i) => ({ subject: `[PATCH v${i + 1}] mm: change` })),
  "cover letters": (n) => box(n, (i) => ({ subject: `[PATCH 0/${n}] mm: series ${i}`, body: "Words.\n" })),
  "replies in a chain": (n) => box(n, (i) => ({ subject: "Re: [PATCH] x", header: i === 0 ? [] : [`In-Reply-To: <${i - 1}@example.org>`], body: "> a\nyes\n" })),
  "replies to one": (n) => box(n, (i) => ({ subject: i === 0 ? "[PATCH] x" : "Re: [PATCH] x", header: i === 0 ? [] : ["In-Reply-To: <0@example.org>"], ...(i === 0 ? {} : { body: "> a\nyes\n" }) })),
  "replies in a circle": (n) => box(n, (i) => ({ subject: "Re: [PATCH] x", header: [`In-Reply-To: <${(i + 1) % n}@example.org>`], body: "yes\n" })),
  "replies that name all before": (n) => box(n, (i) => ({ subject: `Re: [PATCH] x`, header: [`References:\n${times(Math.min(i, 30), (k) => ` <${i - k - 1}@example.org>`).join("\n")}`], body: "yes\n" })),
  "resent": (n) => box(n, (i) => ({ subject: "[PATCH RESEND] mm: change", id: `r${i}` })),
  "fixups by reply": (n) => box(n, (i) => ({ subject: i === 0 ? "[PATCH] mm: x" : "Re: [PATCH] mm: x", header: i === 0 ? [] : ["In-Reply-To: <0@example.org>"] })),
  "empty mails": (n) => separator.concat("\n").repeat(n),
};

export const mailShapes: readonly Shape[] = Object.entries(texts).map(([name, text]) => ({ name: `mail: ${name}`, make: (n) => ({ kind: "mails", text: text(n) }) }));
