/** The functions of fixtures/check, which set off every rule or just do not: n of each, and the body of each n times in one function. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Shape } from "./input.ts";
import { patchOf } from "./patches.ts";
import { times } from "./c-shapes.ts";

const folder = join(import.meta.dirname, "../../fixtures/check");

interface Fixture {
  readonly name: string;
  /** The whole text of the file before its first function with a body, and the function. */
  readonly head: string;
  readonly body: readonly string[];
}

function fixturesOf(file: string): Fixture[] {
  const text = readFileSync(join(folder, file), "utf8");
  return Array.from(text.matchAll(/^([a-z][^\n;]*?(\w+)\([^;{]*?\))\n\{\n(.*?)^\}/gms), ([, head, name, body]) => ({ name: `${file.replace(/\.c$/, "")} ${name}`, head: head!, body: body!.split("\n").slice(0, -1) }));
}

const fixtures: readonly Fixture[] = readdirSync(folder).filter((name) => name.endsWith(".c")).toSorted().flatMap(fixturesOf);

/** Each copy in a branch of its own, with labels of its own. */
function bodies({ head, body }: Fixture, n: number): string[] {
  const labels = body.flatMap((line) => /^(\w+):/.exec(line)?.[1] ?? []);
  const own = (line: string, i: number): string => labels.reduce((text, label) => text.replace(new RegExp(`\\b${label}\\b`), `${label}_${i}`), line);
  return [...head.split("\n"), "{", ...times(n, (i) => [`\tif (turn(${i})) {`, ...body.map((line) => own(line, i)), "\t}"]).flat(), "}"];
}

function copies({ head, name, body }: Fixture, n: number): string[] {
  const own = name.split(" ")[1]!;
  return times(n, (i) => [...head.replace(own, `${own}_${i}`).split("\n"), "{", ...body, "}", ""]).flat();
}

export const ruleShapes: readonly Shape[] = fixtures.flatMap((fixture) =>
  (["added", "lost"] as const).flatMap((change): Shape[] => [
    { name: `rules, ${change}, body of ${fixture.name}`, make: (n) => ({ kind: "mails", text: patchOf(bodies(fixture, n), change) }) },
    { name: `rules, ${change}, copies of ${fixture.name}`, make: (n) => ({ kind: "mails", text: patchOf(copies(fixture, n), change) }) },
  ]),
);
