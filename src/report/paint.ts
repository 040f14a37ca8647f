/** Colour for terminals, or none. Whether to colour is decided by the command line alone. */
import { styleText } from "node:util";
import type { Severity } from "../core/finding.ts";

export type Style = "bold" | "dim" | "red" | "yellow" | "cyan" | "green";
export type Paint = (style: Style, text: string) => string;

export function painter(colour: boolean): Paint {
  return colour ? (style, text) => styleText(style, text, { validateStream: false }) : (_style, text) => text;
}

export const severityStyle: Readonly<Record<Severity, Style>> = { error: "red", warning: "yellow", note: "cyan" };
