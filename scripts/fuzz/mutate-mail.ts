/** What strangers' mailers, gateways and jokers do to mails: headers, charsets, encodings, MIME nesting, and plain damage of bytes. */
import { gzipSync } from "node:zlib";
import { mutateDiff } from "./mutate-diff.ts";
import type { Random } from "./random.ts";

type Change = (mail: Buffer, random: Random) => Buffer;

const headers: readonly string[] = [
  "Content-Type: text/plain; charset=utf-16", "Content-Type: text/plain; charset=iso-2022-jp", "Content-Type: text/plain; charset=\"x\\\"", "Content-Type: text/html", "Content-Type: multipart/mixed; boundary=b",
  "Content-Type: multipart/alternative; boundary=\"\"", "Content-Type: message/rfc822", "Content-Type: text/plain; format=flowed; delsp=yes", "Content-Type: application/pgp-encrypted", "Content-Transfer-Encoding: base64",
  "Content-Transfer-Encoding: quoted-printable", "Content-Transfer-Encoding: x-uuencode", "Content-Length: 10", "Content-Length: 99999999999", "Subject: [PATCH v9 3/2] x", "Subject: [PATCH 0/9999] x",
  "Subject: Re: [PATCH 1/2] =?utf-8?b?//8=?= =?x?q?_?=", "Message-ID: <same@example.org>", "In-Reply-To: <same@example.org>", "References: <same@example.org> <same@example.org>", "Date: Thu, 99 Foo 99999 99:99:99 +9999", "From: =?utf-8?q?=1b[2J?=", ":", " folded",
];

const tokens: readonly string[] = [
  "\n", "\r\n", "\r", "\u0000", "\nFrom a@b Tue Dec  3 09:00:00 2024\n", "\n>From ", "\n--b\n", "\n--b--\n", "=3D=\n", "=?utf-8?b?", "\u202e", "\u001b[2J", "\n-- \n", "---8<---\n", "\n@@ -1,99 +1,99 @@\n", "\ndiff --git a/x b/x\n", "\n> > ", "begin 644 x\n",
];

function text(mail: Buffer): string {
  return mail.toString("latin1");
}

function bytes(mail: string): Buffer {
  return Buffer.from(mail, "latin1");
}

/** Header block and body; the separator line of a mailbox stays with the header. */
function split(mail: Buffer): readonly [string, string] {
  const all = text(mail);
  const end = all.indexOf("\n\n");
  return end < 0 ? [all, ""] : [all.slice(0, end), all.slice(end + 2)];
}

function join(header: string, body: string): Buffer {
  return bytes(`${header}\n\n${body}`);
}

function withHeader(mail: Buffer, line: string): Buffer {
  const [header, body] = split(mail);
  const name = line.slice(0, line.indexOf(":") + 1).toLowerCase();
  const kept = header.split("\n").filter((one) => name === "" || !one.toLowerCase().startsWith(name));
  return join([...kept, line].join("\n"), body);
}

function encoded(mail: Buffer, random: Random): Buffer {
  const [, body] = split(mail);
  const raw = bytes(body);
  const [name, coded] = random.oneIn(2)
    ? ["base64", raw.toString("base64").replaceAll(/.{76}/g, "$&\n")]
    : ["quoted-printable", body.replaceAll(/[=\u0080-\u00ff]/g, (c) => `=${c.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`)];
  const [header] = split(withHeader(mail, `Content-Transfer-Encoding: ${random.oneIn(5) ? "base64" : name}`));
  return join(header, coded);
}

function nested(mail: Buffer, random: Random): Buffer {
  const [header, body] = split(mail);
  let inner = `Content-Type: text/plain; charset=${random.pick(["utf-8", "utf-7", "latin1", "gb18030"])}\n\n${body}`;
  const depth = random.oneIn(4) ? 60 : 1 + random.number(4);
  for (let level = 0; level < depth; level++) {
    const mark = random.oneIn(6) ? "b" : `b${level}`;
    const close = random.oneIn(4) ? "" : `\n--${mark}--\n`;
    inner = random.oneIn(5) ? `Content-Type: message/rfc822\n\n${header}\n\n${body}` : `Content-Type: multipart/mixed; boundary="${mark}"\n\n--${mark}\n${inner}${close}`;
  }
  const attached = random.oneIn(3) ? gzipSync(bytes(body)).toString("base64") : "";
  const [outer] = split(withHeader(mail, "MIME-Version: 1.0"));
  if (attached === "") return bytes(`${outer}\n${inner}`);
  return bytes(`${outer}\nContent-Type: multipart/mixed; boundary="z"\n\n--z\n${inner}\n--z\nContent-Type: application/gzip; name="a.patch.gz"\nContent-Transfer-Encoding: base64\n\n${attached}\n--z--\n`);
}

function folded(mail: Buffer, random: Random): Buffer {
  const [header, body] = split(mail);
  const lines = header.split("\n");
  const at = random.number(lines.length);
  lines[at] = lines[at]!.replaceAll(" ", random.pick(["\n ", "\n\t", "\r\n ", "\n \n "]));
  return join(lines.join("\n"), body);
}

const changes: readonly Change[] = [
  (mail, random) => withHeader(mail, random.pick(headers)),
  encoded,
  nested,
  folded,
  (mail, random) => join(split(mail)[0], mutateDiff(split(mail)[1], random)),
  (mail, random) => join(split(mail)[0], mutateDiff(split(mail)[1], random)),
  (mail, random) => join(split(mail)[0], mutateDiff(split(mail)[1], random)),
  (mail) => bytes(text(mail).replaceAll("\n", "\r\n")),
  (mail, random) => bytes(text(mail).replaceAll(/\n {1,2}/g, random.pick(["\n", "\n\u00a0", "\n\t"]))),
  (mail, random) => mail.subarray(0, random.number(mail.length)),
  (mail, random) => flipped(mail, random),
  (mail, random) => removed(mail, random),
  (mail, random) => inserted(mail, bytes(random.pick(tokens)), random),
  (mail, random) => inserted(mail, mail.subarray(random.number(mail.length)).subarray(0, random.number(4000)), random),
];

function flipped(mail: Buffer, random: Random): Buffer {
  const copy = Buffer.from(mail);
  for (let times = 1 + random.number(5); times > 0 && copy.length > 0; times--) {
    const at = random.number(copy.length);
    copy[at] = copy[at]! ^ (1 << random.number(8));
  }
  return copy;
}

function removed(mail: Buffer, random: Random): Buffer {
  const at = random.number(mail.length);
  return Buffer.concat([mail.subarray(0, at), mail.subarray(at + random.number(600))]);
}

function inserted(mail: Buffer, what: Buffer, random: Random): Buffer {
  const at = random.number(mail.length);
  return Buffer.concat([mail.subarray(0, at), what, mail.subarray(at)]);
}

/** An input of one to four mails of `mails`, each changed a few times, sometimes packed or cut. */
export function mutatedInput(mails: readonly Buffer[], random: Random): Buffer {
  const chosen = Array.from({ length: 1 + random.number(4) }, () => {
    let mail = random.pick(mails);
    for (let times = random.number(6); times > 0; times--) mail = random.pick(changes)(mail, random);
    return mail;
  });
  const separated = random.oneIn(4) ? chosen : chosen.map((mail) => (text(mail.subarray(0, 5)) === "From " ? mail : Buffer.concat([bytes("From a@b Tue Dec  3 09:00:00 2024\n"), mail, bytes("\n")])));
  const input = Buffer.concat(separated);
  if (!random.oneIn(12)) return input;
  const packed = gzipSync(input);
  return random.oneIn(2) ? packed.subarray(0, random.number(packed.length)) : packed;
}
