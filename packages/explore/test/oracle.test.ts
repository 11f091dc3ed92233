import { expect, test } from "vitest";
import { inSlices } from "../src/slices.ts";
import { judge, minimal } from "./oracle.ts";
import { type Op, type Program, programOf } from "./random-programs.ts";

const PROGRAMS = 60;
/** Programs with more orders are left aside. */
const ORDERS = 30;

test.for([7, 8, 9, 10, 11])(
  "tries an order of each sort that random programs have, and hardly one twice, seed %i",
  async (seed) => {
    const found: string[] = [];
    let [index, judged, orders, searched, redundant] = [0, 0, 0, 0, 0];

    await inSlices(() => {
      const program = programOf(seed, index++);
      const verdict = judge(program, ORDERS);
      if (verdict.all !== undefined) judged += 1;
      orders += verdict.all ?? 0;
      searched += verdict.searched;
      redundant += verdict.redundant;
      if (verdict.mismatch !== undefined)
        found.push(`${verdict.mismatch}: ${JSON.stringify(minimal(program, ORDERS))}`);
      return index === PROGRAMS;
    });

    expect(found).toEqual([]);
    expect(judged).toBeGreaterThan(PROGRAMS / 2);
    expect(searched).toBeLessThan(orders / 2);
    expect(redundant / (searched + redundant)).toBeLessThanOrEqual(0.01);
  },
);

function op(what: Op["do"], at: 0 | 1 = 0, ...inside: readonly Op[]): Op {
  return { do: what, at, inside };
}

function timed(...tasks: Program["tasks"]): Program {
  return { isNamed: true, timers: "ordered", tasks };
}

function free(...tasks: Program["tasks"]): Program {
  return { isNamed: true, timers: "free", tasks };
}

/** Few random programs are like these. */
const rare: [string, Program][] = [
  ["a way that was tried before, and what must come before it", free([op("fork")], [op("fork")], [op("add", 1)])],
  ["a way that reads what another step sets", free([op("fork", 1)], [op("write")], [op("isSet", 1)])],
  [
    "a deadline that is cleared while an earlier timer holds it back",
    timed([op("sleep", 0)], [op("limit", 1, op("add"))]),
  ],
  ["two deadlines of which one is cleared", timed([op("limit", 0, op("sleep", 1))], [op("limit", 1, op("add", 1))])],
  [
    "a timer that is held back where it races with what no timer has to do with",
    timed([op("sleep", 1), op("receive", 1)], [op("sleep", 0)], [op("close")]),
  ],
  [
    "a timer that is held back by one that is set later",
    timed([op("sleep", 1), op("add", 1)], [op("add", 1), op("add", 1), op("sleep", 0)]),
  ],
  [
    "a step that touches something else after a cancellation, and meets what came in between",
    { isNamed: true, timers: "free", tasks: [[op("add")], [], [op("cancel", 1)], [op("read")]] },
  ],
  [
    "a step that touches something else after a cancellation, and meets what comes later",
    timed([op("write")], [op("sleep")], [op("add"), op("sleep", 1)], [op("cancel", 1)]),
  ],
  [
    "ways to go on that touch different things",
    { isNamed: true, timers: "free", tasks: [[op("choose")], [op("write"), op("write", 1)], [op("write", 1)]] },
  ],
];

test.for(rare)("tries an order of each sort that there is with %s", async ([, program]) => {
  let mismatch: string | undefined;

  await inSlices(() => {
    ({ mismatch } = judge(program, 2_000));
    return true;
  });

  expect(mismatch).toBeUndefined();
});
