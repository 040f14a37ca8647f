/**
 * The one place that talks to mailparser: a MIME mail -> its leaf parts as decoded bytes.
 *
 * mailparser joins the text parts of a mail and converts their charsets itself. Both are in the way here: a diff must
 * be known from the prose around it, and declared charsets are often wrong. With no type counted as text every leaf
 * comes out as an "attachment", transfer-decoded and otherwise untouched.
 */
import { MailParser, type AttachmentStream, type Headers } from "mailparser";
import type { MailLimits } from "./limits.ts";

export interface Leaf {
  /** Lower-case media type. */
  readonly type: string;
  readonly charset: string;
  readonly flowed: boolean;
  readonly deleteSpace: boolean;
  /** File name, "" when there is none. */
  readonly name: string;
  /** True when marked as an attachment rather than as part of the text. */
  readonly attached: boolean;
  readonly bytes: Buffer;
}

class LeafParser extends MailParser {
  /** mailparser's list of types that it merges into the mail's text. */
  readonly textTypes: readonly string[] = [];
}

interface ContentType {
  readonly value?: string;
  readonly params?: Readonly<Record<string, string>>;
}

function contentTypeOf(headers: Headers): ContentType {
  const value: unknown = headers.get("content-type");
  return typeof value === "object" && value !== null ? (value as ContentType) : {};
}

async function readAll(stream: AsyncIterable<Buffer | string>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(typeof chunk === "string" ? Buffer.from(chunk) : chunk);
  return Buffer.concat(chunks);
}

function toLeaf(part: AttachmentStream, bytes: Buffer): Leaf {
  const { value, params } = contentTypeOf(part.headers);
  return {
    type: (value ?? part.contentType ?? "text/plain").toLowerCase() || "text/plain",
    charset: params?.["charset"] ?? "",
    flowed: params?.["format"]?.toLowerCase() === "flowed",
    deleteSpace: params?.["delsp"]?.toLowerCase() === "yes",
    name: part.filename ?? "",
    attached: part.contentDisposition === "attachment",
    bytes,
  };
}

/** Depth of a part from its number: "1.2.1" is three deep; a mail of one part has no number. */
function depthOf(part: AttachmentStream): number {
  return (part.partId ?? "").split(".").length;
}

/**
 * Parses a body under the given content headers. Returns the leaves in order, or a sentence when a limit was hit or
 * the structure can't be read.
 */
export async function readLeaves(contentType: string, encoding: string, disposition: string, body: Buffer, limits: MailLimits): Promise<Leaf[] | string> {
  const parser = new LeafParser({ maxChildNodes: limits.mimeParts } as ConstructorParameters<typeof MailParser>[0]);
  // Only the headers that shape the body: the rest were read already and would cost as much again.
  const shown = disposition === "" ? "" : `Content-Disposition: ${disposition}\r\n`;
  const header = `MIME-Version: 1.0\r\nContent-Type: ${contentType}\r\nContent-Transfer-Encoding: ${encoding}\r\n${shown}\r\n`;
  const leaves: Leaf[] = [];
  parser.end(Buffer.concat([Buffer.from(header, "latin1"), body]));
  try {
    for await (const event of parser as AsyncIterable<{ readonly type: string }>) {
      if (event.type !== "attachment") continue;
      const part = event as AttachmentStream;
      if (depthOf(part) > limits.mimeDepth) return `limit hit: MIME parts nested more than ${limits.mimeDepth} deep`;
      leaves.push(toLeaf(part, await readAll(part.content as unknown as AsyncIterable<Buffer>)));
      part.release();
    }
  } catch (error) {
    if ((error as { code?: string }).code === "EMAXLEN") return `limit hit: more than ${limits.mimeParts} MIME parts, or a part header too long`;
    return "the MIME structure cannot be read";
  }
  return leaves;
}
