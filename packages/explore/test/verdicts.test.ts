import { readFile } from "node:fs/promises";
import { checkpoint, Event, Lock, run, sleep } from "@holdfast/concurrency";
import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import { explore, type ExploreOptions, type Scenario } from "../src/index.ts";

test(covers("EX-1"), async () => {
  const found = await explore(async (lab) => {
    const cell = lab.shared({ value: 0 }, "cell");
    await lab.all(2, async () => {
      const { value } = cell;
      await checkpoint();
      cell.value = value + 1;
    });
    if (cell.value !== 2) throw new Error("lost an update");
  });

  expect(found.verdict).toBe("failed");
  expect(found.replay).toMatch(/^h1:[0-9a-f]{6}:np:\d+\.\d+$/);
  expect(found.minimal).toMatchObject({ departures: 1, isSmallest: true });
  expect(found.minimal?.decision?.meeting).toMatchObject({
    first: { resource: "cell.value" },
    second: { resource: "cell.value" },
  });
});

test(covers("EX-2"), async () => {
  const found = await explore(async (lab) => {
    const cell = lab.shared({ value: 0 }, "cell");
    await lab.all(3, () => void (cell.value += 1));
    if (cell.value !== 3) throw new Error("lost an update");
  });

  expect(found).toMatchObject({ verdict: "exhausted", orders: 6, counts: { failing: 0, exhausted: true, tasks: 4 } });
  expect(found.error).toBeUndefined();
});

const manyOrders: Scenario = async (lab) => {
  const cell = lab.shared({ value: 0 }, "cell");
  await lab.all(4, async () => {
    for (let step = 0; step < 4; step++) {
      cell.value += 1;
      await checkpoint();
    }
  });
};

test.for(["auto", "exhaustive", "random"] as const)(`${covers("EX-3")} (%s)`, async (strategy) => {
  const found = await explore(manyOrders, { strategy, budget: { runs: 40 } });

  expect(found).toMatchObject({ verdict: "not-found", orders: 40, reason: "the budget of 40 runs is used up" });
  expect(found.limits.some((limit) => limit.includes("3/n"))).toBe(true);
});

test(covers("EX-11"), async () => {
  const controller = new AbortController();
  const onProgress = (): void => controller.abort();

  const found = await explore(manyOrders, { budget: { runs: Infinity }, signal: controller.signal, onProgress });

  expect(found).toMatchObject({ verdict: "not-found", reason: "it was ended by its signal" });
});

test.for([
  ["a promise that nobody settles", () => new Promise(() => {})],
  ["a file", () => readFile(new URL(import.meta.url))],
] as const)("is uncontrolled when the scenario waits for %s", async ([, wait]) => {
  const found = await explore(async () => void (await wait()));

  expect(found).toMatchObject({ verdict: "uncontrolled", orders: 0 });
});

test(covers("EX-4"), async () => {
  let runs = 0;

  const found = await explore(async (lab) => {
    runs += 1;
    await lab.all(1 + (runs % 2), () => checkpoint());
  });

  expect(found.verdict).toBe("nondeterministic");
});

test("is nondeterministic when a step touches something else in a later run, though all that happens is the same", async () => {
  let runs = 0;

  const found = await explore(
    async (lab) => {
      runs += 1;
      const cell = lab.shared({ a: 0, b: 0, c: 0 }, "cell");
      await lab.all(3, () => {
        if (runs > 3) cell.b += 1;
        return (cell.a += 1);
      });
    },
    { strategy: "exhaustive" },
  );

  expect(found).toMatchObject({
    verdict: "nondeterministic",
    reason: "a step does not touch what it touched before; look for state that outlives a run",
  });
});

test("is nondeterministic when a later run no longer does what the first ones did", async () => {
  let runs = 0;

  const found = await explore(async (lab) => {
    runs += 1;
    await lab.all(runs < 4 ? 3 : 1, () => checkpoint());
  });

  expect(found.verdict).toBe("nondeterministic");
});

test(covers("EX-6"), async () => {
  const found = await explore(async (lab) => {
    const [left, right] = [new Lock({ name: "left" }), new Lock({ name: "right" })];
    await lab.all(2, (index) => {
      const [first, second] = index === 0 ? [left, right] : [right, left];
      return first.withLock(() => second.withLock(() => {}));
    });
  });

  expect(found.error).toMatchObject({
    code: "RUNTIME_DEADLOCK",
    waits: expect.arrayContaining([
      expect.stringContaining('task "task 0" waits for lock "right"'),
      expect.stringContaining('task "task 1" waits for lock "left"'),
    ]),
  });
});

test("finds the order in which a wake-up is lost", async () => {
  const found = await explore(async (lab) => {
    const state: { isReady: boolean; wake?: Event } = lab.shared({ isReady: false }, "state");
    await lab.all(2, async (index) => {
      if (index === 1) {
        state.isReady = true;
        state.wake?.set();
        return;
      }
      if (state.isReady) return;
      await checkpoint();
      state.wake = new Event("ready");
      await state.wake.wait();
    });
  });

  expect(found.error).toMatchObject({ waits: expect.arrayContaining(['task "task 0" waits for event "ready"']) });
});

test(covers("EX-7"), async () => {
  const found = await explore(async () => {
    void run(() => new Event("never").wait(), { name: "left behind" });
  });

  expect(found.error).toMatchObject({ code: "RUNTIME_LEAK", message: expect.stringContaining('"left behind"') });
});

test(covers("EX-8"), async () => {
  const found = await explore(async () => {
    void Promise.reject(new Error("nobody looked"));
    await sleep(1);
  });

  expect(found).toMatchObject({ verdict: "failed", error: new Error("nobody looked") });
});

test("fails in the first run when the scenario throws at once", async () => {
  const scenario: Scenario = () => {
    throw new Error("at once");
  };

  const found = await explore(scenario);

  expect(found).toMatchObject({
    verdict: "failed",
    orders: 1,
    minimal: { departures: 0 },
    error: new Error("at once"),
  });
});

test(covers("EX-9"), async () => {
  const found = await explore(
    async () => {
      for (;;) await checkpoint();
    },
    { maxSteps: 50, budget: { runs: 10 } },
  );

  expect(found.verdict).toBe("not-found");
  expect(found.limits).toContain("runs were cut after 50 steps");
  expect(found.counts).toMatchObject({ steps: 50, exhausted: false });
});

test(covers("EX-10"), async () => {
  const found = await explore(async (lab) => {
    const cell = lab.shared({ value: 0 }, "cell");
    lab.invariant("at most one inside", () => cell.value <= 1);
    await lab.all(2, async () => {
      cell.value += 1;
      await checkpoint();
      cell.value -= 1;
    });
  });

  expect(String(found.error)).toBe('Error: invariant "at most one inside" does not hold');
});

test.for<[ExploreOptions, string]>([
  [{ strategy: "depth" as "auto" }, "strategy is auto, exhaustive or random"],
  [{ timers: "slow" as "free" }, "timers are free, idle or ordered"],
  [{ budget: { runs: 0 } }, "budget.runs is a whole number from 1 up, and 0 is not"],
  [{ budget: { runs: 1.5 } }, "budget.runs"],
  [{ budget: { ms: -1 } }, "budget.ms is a number of milliseconds above 0"],
  [{ budget: { ms: Number.NaN } }, "budget.ms"],
  [{ seed: 0.5 }, "seed is a whole number"],
  [{ maxSteps: 0 }, "maxSteps"],
])("refuses the options %j", async ([options, words]) => {
  await expect(explore(() => {}, options)).rejects.toThrow(words);
});

test("refuses what is no scenario", async () => {
  await expect(explore("scenario" as unknown as Scenario)).rejects.toThrow(TypeError);
});
