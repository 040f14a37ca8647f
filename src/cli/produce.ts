/** The way of every command that works for a while and prints a result: check, work with progress, print. */
import type { EventSink } from "../core/events.ts";
import { formatsWithRules, type RenderPieces } from "../report/formats.ts";
import type { Context, Library } from "./context.ts";
import { print, type Printing, printingFor } from "./printing.ts";
import { progressFor } from "./progress.ts";

export interface Produced<T> {
  readonly result: T;
  readonly printing: Printing;
}

export async function produce<T>(
  context: Context,
  render: RenderPieces<T>,
  work: (library: Library, events: EventSink) => Promise<T>,
): Promise<Produced<T>> {
  const printing = printingFor(context);
  const library = await context.library();
  const progress = progressFor(context, printing.format);
  let result: T;
  try {
    result = await work(library, progress.sink);
  } finally {
    progress.clear();
  }
  const pages = [printing, ...printing.also].some(({ format }) => formatsWithRules.includes(format)) ? await library.rulePages() : [];
  await print({ ...printing, options: { ...printing.options, rules: pages } }, context, render, result);
  return { result, printing };
}
