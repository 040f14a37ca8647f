import { describe, expect, it } from "vitest";
import type { EventSink } from "../core/events.ts";
import type { Context } from "./context.ts";
import { eraseLine, progressFor } from "./progress.ts";

function watched(isTTY: boolean, switches: readonly string[] = [], format = "text", columns = 30): { sink: EventSink; clear: () => void; text: () => string; clock: { now: number } } {
  let text = "";
  const clock = { now: 0 };
  const stderr = { isTTY, columns, write: (part: string) => (text += part) };
  const context = { args: { switches: new Set(switches) }, streams: { stderr } } as unknown as Context;
  const { sink, clear } = progressFor(context, format, () => clock.now);
  return { sink, clear, text: () => text, clock };
}

const step = (done: number): Parameters<EventSink>[0] => ({ kind: "progress", phase: "reviewing", done, total: 9, what: "x\u001b[1m" });

describe("progress", () => {
  it("says nothing of quick work, then draws over itself at most ten times a second", () => {
    const seen = watched(true);
    for (const [now, done] of [[0, 1], [499, 2], [500, 3], [599, 4], [600, 5]] as const) {
      seen.clock.now = now;
      seen.sink(step(done));
    }
    seen.clear();
    seen.clear();
    expect(seen.text()).toBe(`${eraseLine}reviewing [###.......] 3/9...${eraseLine}reviewing [#####.....] 5/9...${eraseLine}`);
  });

  it("shows no control code of a name, a full bar at the end, and fetched bytes as such", () => {
    const lineOf = (event: Parameters<EventSink>[0]): string => {
      const seen = watched(true, [], "text", 80);
      seen.clock.now = 1000;
      seen.sink(event);
      return seen.text().slice(eraseLine.length);
    };
    expect(lineOf(step(9))).toBe("reviewing [##########] 9/9 x<U+001B>[1m");
    expect(lineOf({ kind: "progress", phase: "fetch", done: 2049, total: 8192, what: "a@b" })).toBe("fetch [##........] 3 KiB/8 KiB a@b");
    expect(lineOf({ kind: "progress", phase: "fetch", done: 1, total: null, what: "a@b" })).toBe("fetch 1 KiB a@b");
  });

  it("never fills the line to its last column, where terminals wrap", () => {
    const seen = watched(true);
    seen.clock.now = 1000;
    seen.sink({ kind: "progress", phase: "reading", done: 1, total: null, what: "y".repeat(99) });
    expect(seen.text()).toBe(`${eraseLine}reading 1 yyyyyyyyyyyyyyyy...`);
  });

  it.each<[string, boolean, string[]]>([
    ["in a pipe", false, []],
    ["with --no-progress", true, ["no-progress"]],
    ["with --quiet", true, ["quiet"]],
  ])("draws nothing %s", (_what, isTTY, switches) => {
    const seen = watched(isTTY, switches);
    seen.clock.now = 1000;
    seen.sink(step(1));
    seen.clear();
    expect(seen.text()).toBe("");
  });

  it("passes warnings on, unless quiet", () => {
    const seen = watched(false);
    seen.sink({ kind: "warning", text: "cache\nunreadable" });
    expect(seen.text()).toBe("mmreview: warning: cache unreadable\n");
    const quiet = watched(false, ["quiet"]);
    quiet.sink({ kind: "warning", text: "x" });
    expect(quiet.text()).toBe("");
    const b4 = watched(false, [], "b4");
    b4.sink({ kind: "warning", text: "x" });
    expect(b4.text()).toBe("");
  });
});
