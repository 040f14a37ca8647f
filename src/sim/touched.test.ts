/** What the build works out is what a run would. */
import { beforeAll, describe, expect, it } from "vitest";
import { initC } from "../c/index.ts";
import { builtinRules } from "../rulebook/index.ts";
import { fits } from "./fits.ts";
import { libraryFor } from "./library.ts";
import { everyWorld, forActor } from "./replay-world.ts";
import { builtTouched, readTouched, touchedAlone } from "./touched.ts";

beforeAll(() => initC());

describe("what actors touch", () => {
  it("is written once for eras that have the same models and actors, and for each world that an actor fits into", () => {
    const { models, actors } = builtinRules();
    const chosen = actors.filter(({ path }) => /gup|zap/.test(path));
    expect(chosen.length).toBeGreaterThan(0);
    const bytes = builtTouched(models, chosen, ["6.9", "6.10", "6.12"]);
    const [first, second, ...lines] = Buffer.from(bytes).toString("latin1").split("\n");
    const rows = JSON.parse(first!) as number[][];
    const places = Object.values(JSON.parse(second!) as Record<string, number>);
    expect(places).toEqual([0, 0, 1]);
    expect(lines).toHaveLength(2);
    const library = libraryFor(models, chosen, "6.12");
    const told = JSON.parse(lines[1]!) as Record<string, number>;
    const read = readTouched(bytes, library);
    expect([...read.keys()]).toEqual(Object.keys(told));
    let compared = 0;
    for (const actor of library.actors) {
      for (const settings of everyWorld().map((plain) => forActor(plain, actor))) {
        const place = told[`${actor.name} ${JSON.stringify(settings)}`];
        expect(place !== undefined, `${actor.name} ${JSON.stringify(settings)}`).toBe(fits(actor, settings));
        if (place === undefined) continue;
        const alone = touchedAlone(library, settings, actor);
        expect(rows[place], actor.name).toEqual(Array.from(alone!).flat());
        expect(read.get(`${actor.name} ${JSON.stringify(settings)}`), actor.name).toEqual(alone);
        compared++;
      }
    }
    expect(compared).toBeGreaterThan(5);
    // Another library has other models or actors, and what is no JSON is not believed.
    expect(readTouched(bytes, libraryFor(models, actors, "6.12"))).toEqual(new Map());
    expect(readTouched(Buffer.from(Buffer.from(bytes).toString("latin1").replaceAll("[", "{")), library)).toEqual(new Map());
    expect(readTouched(Buffer.alloc(0), library)).toEqual(new Map());
  });
});
