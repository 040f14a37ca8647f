/** Places in SARIF: paths as URI references from the top of the repository, regions with all four corners. */
import type { Finding } from "../core/finding.ts";
import { columnOf, lineOf, ownLine } from "./explain.ts";

export function findingLocation(finding: Finding): object {
  const startLine = lineOf(finding);
  const startColumn = columnOf(finding);
  const text = ownLine(finding);
  const endColumn = Math.max(startColumn + 1, text === null ? 0 : text.length + 1);
  return {
    physicalLocation: {
      artifactLocation: { uri: uriReference(finding.file) },
      region: { startLine, startColumn, endLine: startLine, endColumn, ...(text === null ? {} : { snippet: { text } }) },
    },
    ...(finding.function === "" ? {} : { logicalLocations: [{ name: finding.function, kind: "function" }] }),
  };
}

/** A location with words; without a place when the line is not known. */
export function textLocation(file: string, line: number, text: string): object {
  return {
    ...(file === "" || line < 1 ? {} : { physicalLocation: { artifactLocation: { uri: uriReference(file) }, region: { startLine: line } } }),
    message: { text },
  };
}

/** A first segment with a colon would read as a scheme, a leading slash as another root. */
function uriReference(path: string): string {
  const encoded = path.split("/").map((part) => encodeURIComponent(part)).join("/");
  return encoded.replace(/^\/+/, "");
}

/** SARIF text takes {0} for a placeholder and [x](y) for a link; braces and brackets of the code are escaped. */
export function escapeMessage(text: string): string {
  return text.replaceAll("{", "{{").replaceAll("}", "}}").replace(/[[\]\\]/g, (char) => `\\${char}`);
}
