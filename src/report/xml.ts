/** XML written by hand: text and attributes escaped, nothing else. Characters that XML can't hold are gone already (sanitize.ts). */

export type Attributes = Readonly<Record<string, string | number>>;

function escapeXml(text: string): string {
  return text.replace(/[&<>"'\n\t]/g, (char) => (char === "\n" || char === "\t" ? `&#${char.charCodeAt(0)};` : named[char]!));
}

const named: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;" };

/** Element content, where line feeds and tabs may stay. */
export function xmlText(text: string): string {
  return text.replace(/[&<>]/g, (char) => named[char]!);
}

/** An element with ready-made content; empty content closes at once. */
export function element(name: string, attributes: Attributes, content: string): string {
  const head = [name, ...Object.entries(attributes).map(([key, value]) => `${key}="${escapeXml(String(value))}"`)].join(" ");
  return content === "" ? `<${head}/>` : `<${head}>${content}</${name}>`;
}

export const xmlHead = '<?xml version="1.0" encoding="UTF-8"?>\n';
