/**
 * Formats by name, imported when asked for. This is also the one gate between a result and its rendering: every string
 * is sanitized here, so that no format can forget it. A new format is one file and one line.
 */
import type { LitmusReport } from "../core/litmus-report.ts";
import type { ReportView } from "../core/report.ts";
import type { MatrixReport, SimReport } from "../core/sim-report.ts";
import type { ReportOptions } from "./options.ts";
import { sanitizeAll } from "./sanitize.ts";

/** A long report comes in pieces, so that nobody has to hold all of it. */
type Formatter<T> = (result: T, options: ReportOptions) => string | Iterable<string>;
type FormatMap<T> = Readonly<Record<string, () => Promise<Formatter<T>>>>;

const reportFormats: FormatMap<ReportView> = {
  text: async () => (await import("./text.ts")).textReport,
  json: async () => (await import("./json.ts")).jsonReport,
  sarif: async () => (await import("./sarif.ts")).sarifReport,
  github: async () => (await import("./github.ts")).githubReport,
  markdown: async () => (await import("./markdown.ts")).markdownReport,
  email: async () => (await import("./email.ts")).emailReport,
  b4: async () => (await import("./b4.ts")).b4Report,
  "b4-json": async () => (await import("./b4-json.ts")).b4JsonReport,
  patchwork: async () => (await import("./patchwork.ts")).patchworkReport,
  nipa: async () => (await import("./nipa.ts")).nipaReport,
  gitlab: async () => (await import("./gitlab.ts")).gitlabReport,
  rdjsonl: async () => (await import("./rdjsonl.ts")).rdjsonlReport,
  checkstyle: async () => (await import("./checkstyle.ts")).checkstyleReport,
  junit: async () => (await import("./junit.ts")).junitReport,
  html: async () => (await import("./html.ts")).htmlReport,
};

const litmusFormats: FormatMap<LitmusReport> = {
  text: async () => (await import("./litmus-text.ts")).litmusText,
  json: async () => (await import("./litmus-json.ts")).litmusJson,
  dot: async () => (await import("./litmus-drawings.ts")).litmusDot,
  svg: async () => (await import("./litmus-drawings.ts")).litmusSvg,
};

const simFormats: FormatMap<SimReport> = {
  text: async () => (await import("./sim-text.ts")).simText,
  json: async () => (await import("./sim-json.ts")).simJson,
};

const matrixFormats: FormatMap<MatrixReport> = {
  text: async () => (await import("./matrix-text.ts")).matrixText,
  json: async () => (await import("./matrix-json.ts")).matrixJson,
  markdown: async () => (await import("./matrix-markdown.ts")).matrixMarkdown,
};

/** Formats that describe the rules and want their pages in the options. */
export const formatsWithRules: readonly string[] = ["sarif"];

/** Formats that speak of patches, and have nothing to say of a scan. */
const patchFormats: readonly string[] = ["email", "b4", "b4-json", "patchwork", "nipa"];

/** Format names by what they print. */
export const formatNames: Readonly<Record<"report" | "scan" | "litmus" | "sim" | "matrix", readonly string[]>> = {
  report: Object.keys(reportFormats),
  scan: Object.keys(reportFormats).filter((name) => !patchFormats.includes(name)),
  litmus: Object.keys(litmusFormats),
  sim: Object.keys(simFormats),
  matrix: Object.keys(matrixFormats),
};

/** Renders in the named format, which must be one of the kind's formatNames: pieces of text, to be joined. */
export type RenderPieces<T> = (name: string, result: T, options: ReportOptions) => Promise<Iterable<string>>;
/** The same as one text. */
export type Render<T> = (name: string, result: T, options: ReportOptions) => Promise<string>;

export const reportPieces: RenderPieces<ReportView> = gate(reportFormats);
export const litmusPieces: RenderPieces<LitmusReport> = gate(litmusFormats);
export const simPieces: RenderPieces<SimReport> = gate(simFormats);
export const matrixPieces: RenderPieces<MatrixReport> = gate(matrixFormats);

export const renderReport: Render<ReportView> = joined(reportPieces);
export const renderLitmus: Render<LitmusReport> = joined(litmusPieces);
export const renderSim: Render<SimReport> = joined(simPieces);
export const renderMatrix: Render<MatrixReport> = joined(matrixPieces);

function joined<T>(pieces: RenderPieces<T>): Render<T> {
  return async (name, result, options) => Array.from(await pieces(name, result, options)).join("");
}

function gate<T>(formats: FormatMap<T>): RenderPieces<T> {
  return async (name, result, options) => {
    const load = Object.hasOwn(formats, name) ? formats[name] : undefined;
    if (load === undefined) throw new RangeError(`no format named ${name}`);
    const format = await load();
    const text = format(sanitizeAll(result), options);
    return typeof text === "string" ? [text] : text;
  };
}
