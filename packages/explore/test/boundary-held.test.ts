import * as namedCrypto from "node:crypto";
import { randomBytes, randomInt, randomUUID } from "node:crypto";
import * as namedTimers from "node:timers";
import * as namedPromises from "node:timers/promises";
import { promisify } from "node:util";
import { expect, test, vi } from "vitest";
import { covers } from "../../../spec/covers.ts";
import { explore, type Scenario } from "../src/index.ts";
import { Session } from "../src/session.ts";
import { inSlices } from "../src/slices.ts";

const delay = namedPromises.setTimeout;

/** Everything that is put under control, as it is at the moment. */
function platform(): unknown[] {
  const names = Object.keys(namedTimers);
  const all: [object, PropertyKey[]][] = [
    [globalThis, [...names, "Date", "fetch", "queueMicrotask"]],
    [globalThis.setTimeout, [promisify.custom]],
    [globalThis.setImmediate, [promisify.custom]],
    [namedTimers, names],
    [namedPromises, Object.keys(namedPromises)],
    [namedPromises.scheduler, ["wait", "yield"]],
    [Date, ["now"]],
    [performance, ["now"]],
    [process, ["hrtime", "nextTick"]],
    [process.hrtime, ["bigint"]],
    [Math, ["random"]],
    [AbortSignal, ["timeout"]],
    [crypto, ["randomUUID", "getRandomValues"]],
    [namedCrypto, ["randomUUID", "getRandomValues", "randomBytes", "randomInt"]],
  ];
  const values = all.flatMap(([holder, keys]) => keys.map((key): unknown => Reflect.get(holder, key)));
  return [...values, ...Object.keys(performance)];
}

const waiting: Scenario = async (lab) => {
  await lab.all(2, () => namedPromises.setTimeout(10));
};

test("puts everything back when the exploration has ended", async () => {
  const before = platform();

  const exploring = explore(waiting);
  const during = platform();
  await exploring;

  expect(during).not.toEqual(before);
  expect(platform()).toEqual(before);
});

test("a program that lists what Math and Date have finds nothing more during the exploration, nor after it", async () => {
  const listed = (): string[] => [Math, Date].flatMap((holder) => Object.keys(holder));

  const exploring = explore(waiting);
  const during = listed();
  await exploring;

  expect(during).toEqual([]);
  expect(listed()).toEqual([]);
});

test(`${covers("EX-21")} (one that fails)`, async () => {
  const before = platform();

  const failing = explore(waiting, {
    budget: { runs: Infinity },
    onProgress: () => {
      throw new Error("told of the progress");
    },
  });
  await failing.catch(() => {});
  await explore(() => {
    throw new Error("at once");
  });

  expect(platform()).toEqual(before);
});

test(`${covers("EX-21")} (two at once)`, async () => {
  const before = platform();

  const [first, second] = await Promise.all([
    explore(waiting),
    explore(waiting, { strategy: "random", budget: { runs: 9 } }),
  ]);

  expect([first.verdict, second.verdict]).toEqual(["exhausted", "not-found"]);
  expect(platform()).toEqual(before);
});

test(covers("EX-22"), async () => {
  const others: unknown[] = [];
  const year = new Date().getFullYear();
  const exploring = explore(waiting);

  const timer = setTimeout(() => others.push("timer"), 0);
  const named = namedPromises.setTimeout(0, "promise").then((value) => others.push(value));
  others.push(new Date().getFullYear() - year);
  clearTimeout(setTimeout(() => others.push("cleared"), 0));
  await Promise.all([exploring, named, delay(2)]);

  expect(others.map(String).toSorted((a, b) => (a < b ? -1 : 1))).toEqual(["0", "promise", "timer"]);
  expect(timer.constructor.name).toBe("Timeout");
});

test("explores under fake timers, and leaves them as they were", async () => {
  vi.useFakeTimers();
  try {
    const fakes = platform();
    let fired = 0;
    setTimeout(() => (fired += 1), 10);

    const found = await explore(waiting);

    expect(found.verdict).toBe("exhausted");
    expect(platform()).toEqual(fakes);
    expect([fired, vi.getTimerCount()]).toEqual([0, 1]);
  } finally {
    vi.useRealTimers();
  }
});

test("brings no fake timers back that were taken away meanwhile", async () => {
  const before = platform();
  vi.useFakeTimers();
  const exploring = explore(waiting);
  vi.useRealTimers();

  await exploring;

  expect(platform()).toEqual(before);
});

test("hears of ticks that throw where somebody has put another nextTick there between two runs, and leaves that one", async () => {
  const real = Reflect.get(process, "nextTick");
  const other = ((...args: Parameters<typeof real>) => Reflect.apply(real, process, args)) as typeof real;
  const failures: unknown[] = [];
  let left: unknown;

  await inSlices(() => {
    const session = new Session(() => process.nextTick(() => JSON.parse("?")), { maxSteps: 9, orderedTimers: false });
    for (const tick of [real, other, real, other]) {
      process.nextTick = tick;
      failures.push(session.follow([]).failure?.error);
    }
    session[Symbol.dispose]();
    left = Reflect.get(process, "nextTick");
    process.nextTick = real;
    return true;
  });

  expect(failures.map((error) => error instanceof SyntaxError)).toEqual([true, true, true, true]);
  expect(left).toBe(other);
});

test("has every clock on virtual time", async () => {
  let times: unknown[] = [];
  const found = await explore(async () => {
    const [date, now, high, whole] = [new Date(), performance.now(), process.hrtime(), process.hrtime.bigint()];
    await namedPromises.setTimeout(1_500);
    times = [
      date.toISOString(),
      Date.now() - Number(date),
      new Date().getTime() - Number(date),
      performance.now() - now,
      process.hrtime(high),
      process.hrtime.bigint() - whole,
      new Date(5).getTime(),
      date instanceof Date,
      Date().slice(11, 15),
    ];
  });

  expect(found.error).toBeUndefined();
  expect(times).toEqual([
    "2000-01-01T00:00:00.000Z",
    1_500,
    1_500,
    1_500,
    [1, 500_000_000],
    1_500_000_000n,
    5,
    true,
    expect.stringMatching(/2000|1999/),
  ]);
});

const draws: (() => unknown)[] = [
  () => Math.random(),
  () => crypto.randomUUID(),
  () => randomUUID(),
  () => crypto.getRandomValues(new Uint16Array(4)).join(" "),
  () => randomBytes(8).toString("hex"),
  () => randomInt(1_000_000),
  () => randomInt(5, 7),
];

test(covers("EX-23"), async () => {
  const runs: unknown[][] = [];

  await explore(
    () => {
      runs.push([...draws, ...draws].map((draw) => draw()));
    },
    { budget: { runs: 2 } },
  );

  const [first, second] = runs;
  expect(first).toEqual(second);
  expect(first?.[0]).not.toBe(first?.[draws.length]);
  expect(first?.[1]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect([5, 6]).toContain(first?.[6]);
});

test("draws what does not hang on the order of those who draw", async () => {
  const drawn = new Set<string>();

  const found = await explore(async (lab) => {
    lab.access(lab, "read");
    const numbers = await lab.all(2, async () => {
      await namedPromises.setTimeout(10);
      return Math.random();
    });
    if (numbers[0] === numbers[1]) throw new Error("both draw the same");
    drawn.add(numbers.join(" "));
  });

  expect(found.verdict).toBe("exhausted");
  expect(drawn.size).toBe(1);
});

test("hands random bytes and numbers to callbacks in a turn of their own", async () => {
  const found = await explore(async () => {
    const bytes = await new Promise((resolve) => randomBytes(4, (_error, given) => resolve(given.length)));
    const number = await new Promise((resolve) => randomInt(3, 4, (_error, given) => resolve(given)));
    if (bytes !== 4 || number !== 3) throw new Error(`drawn: ${String(bytes)}, ${String(number)}`);
  });

  expect(found.verdict).toBe("exhausted");
});
