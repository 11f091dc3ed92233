import { checkpoint, Lock, runningTasks, sleep } from "@holdfast/concurrency";
import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import { type Explored, explore, type Lab, type Scenario } from "../src/index.ts";

async function exhaust(scenario: Scenario): Promise<Explored> {
  return await explore(scenario, { strategy: "exhaustive", countFailures: true, budget: { runs: 5_000 } });
}

/** Tasks that each do so many steps on one field. */
function taking(tasks: number, steps: number): Scenario {
  return async (lab) => {
    const cell = lab.shared({ value: 0 }, "cell");
    await lab.all(tasks, async () => {
      for (let step = 0; step < steps; step++) {
        if (step > 0) await checkpoint();
        cell.value += 1;
      }
    });
  };
}

test.for([
  [2, 1, 2],
  [3, 1, 6],
  [2, 2, 6],
  [3, 2, 90],
  [2, 4, 70],
] as const)("tries all orders of %i tasks with %i conflicting steps each, once: %i", async ([tasks, steps, orders]) => {
  const { counts } = await exhaust(taking(tasks, steps));

  expect(counts).toMatchObject({ orders, redundant: 0, exhausted: true });
});

test("tries one order of tasks that have nothing to do with each other", async () => {
  const { counts } = await exhaust(async (lab) => {
    lab.access({}, "read");
    await lab.all(4, async (index) => {
      await sleep(index);
      await checkpoint();
    });
  });

  expect(counts).toMatchObject({ orders: 1, redundant: 0, exhausted: true });
});

test("lets readers of one field change places without a second try", async () => {
  const { counts } = await exhaust(async (lab) => {
    const cell = lab.shared({ value: 1 }, "cell");
    await lab.all(4, () => cell.value);
  });

  expect(counts.orders).toBe(1);
});

/** The first comer opens: unless somebody else came in between. */
function openingOnce(tasks: number): Scenario {
  return async (lab) => {
    const shared = lab.shared({ isOpen: false, opened: 0 }, "shared");
    await lab.all(tasks, async () => {
      if (shared.isOpen) return;
      await checkpoint();
      shared.isOpen = true;
      shared.opened += 1;
    });
    if (shared.opened > 1) throw new Error(`opened ${shared.opened} times`);
  };
}

test.for([
  [2, 4, 2],
  [3, 21, 18],
] as const)(
  "finds that %i tasks which check and then act have %i orders, of which %i fail",
  async ([tasks, orders, failing]) => {
    const { counts } = await exhaust(openingOnce(tasks));

    expect(counts).toMatchObject({ orders, failing, redundant: 0, exhausted: true });
  },
);

test("finds the one deadlock of two tasks that take two locks in opposite orders", async () => {
  const { counts, error } = await exhaust(async (lab) => {
    lab.access({}, "read");
    const locks = [new Lock({ name: "left" }), new Lock({ name: "right" })] as const;
    await lab.all(2, (index) =>
      locks[index === 0 ? 0 : 1].withLock(() => locks[index === 0 ? 1 : 0].withLock(() => {})),
    );
  });

  expect(counts).toMatchObject({ failing: 1, exhausted: true });
  expect(error).toMatchObject({ code: "RUNTIME_DEADLOCK" });
});

test(covers("EX-27"), async () => {
  const { counts } = await exhaust(async (lab) => {
    await lab.all(3, () => {});
  });

  expect(counts.orders).toBe(6);
});

test("tries every way to go on, with every order that follows", async () => {
  const seen = new Set<string>();

  const { counts } = await exhaust(async (lab) => {
    const cell = lab.shared({ value: "" }, "cell");
    await lab.all(2, (index) => {
      cell.value += index === 0 ? lab.choose("a", "b", "c") : "-";
    });
    seen.add(cell.value);
  });

  expect([...seen].toSorted()).toEqual(["-a", "-b", "-c", "a-", "b-", "c-"]);
  expect(counts).toMatchObject({ orders: 6, exhausted: true });
});

test.for([
  ["one choice", (lab: Lab): boolean => lab.choose(true, false), 3],
  // Nine ways in all, of which one writes.
  ["a choice after a choice", (lab: Lab): boolean => lab.choose(lab.choose(true, false, false), false, false), 10],
] as const)(
  "tries a way that touches nothing of others in one order only, whatever the other ways of the same step touch: %s",
  async ([, chooses, orders]) => {
    const { counts } = await exhaust(async (lab) => {
      const cell = lab.shared({ value: 0 }, "cell");
      await lab.all(2, (index) => {
        if (index === 1) return cell.value;
        return chooses(lab) ? (cell.value = 1) : 0;
      });
    });

    expect(counts).toMatchObject({ orders, redundant: 0, exhausted: true });
  },
);

test("lets a deadline come before and after what it limits", async () => {
  const seen = new Set<number>();

  await exhaust(async (lab: Lab) => {
    lab.access({}, "read");
    await lab.all(2, async (index) => {
      await sleep(index === 0 ? 100 : 1);
      if (index === 0) seen.add(lab.now());
    });
  });

  expect([...seen]).toEqual([100]);
});

test("who counts the tasks that run meets every number of them that there can be", async () => {
  const counted = new Set<number>();

  const found = await explore(
    async (lab) => {
      lab.access(lab, "read");
      await lab.all(3, (index) => {
        if (index === 0) counted.add(runningTasks().length);
      });
    },
    { strategy: "exhaustive" },
  );

  expect(found.verdict).toBe("exhausted");
  // The scenario, whoever counts, and those of the two others that have not ended.
  expect(counted).toEqual(new Set([2, 3, 4]));
});
