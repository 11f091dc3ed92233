import {
  cancellable,
  checkpoint,
  failAfter,
  moveOnAfter,
  Owner,
  shielded,
  sleep,
  taskGroup,
} from "@holdfast/concurrency";
import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import { explore, type ExploreOptions, type Lab, replay, type Scenario } from "../src/index.ts";

const idle: ExploreOptions = { strategy: "exhaustive", timers: "idle" };

/** Every end of a scenario, and how many orders there are. */
async function ends(
  scenario: (...lab: Parameters<Scenario>) => PromiseLike<unknown>,
  options: ExploreOptions,
): Promise<{ ends: string[]; orders: number; redundant: number; steps: number }> {
  const seen = new Set<string>();
  const found = await explore(async (lab) => void seen.add(String(await scenario(lab))), options);
  expect(found.verdict, found.explain()).toBe("exhausted");
  return { ends: [...seen].toSorted((a, b) => (a < b ? -1 : 1)), ...found.counts };
}

test(covers("EX-28"), async () => {
  const limited: Parameters<typeof ends>[0] = async (lab) => {
    lab.access(lab, "read");
    return await moveOnAfter(1, () => cancellable(lab.io("an answer", () => "in time")));
  };

  expect((await ends(limited, idle)).ends).toEqual(["in time"]);
  expect((await ends(limited, { strategy: "exhaustive" })).ends).toEqual(["in time", "undefined"]);
});

test("lets a limit pass where nothing else can happen, so that who waits for ever is no deadlock", async () => {
  const given = await ends(async () => await moveOnAfter(30_000, () => cancellable(new Promise(() => {}))), idle);

  expect(given).toMatchObject({ ends: ["undefined"], orders: 1 });
});

test("lets limits pass in the order of their times, one at a time", async () => {
  const given = await ends(async (lab) => {
    const log = lab.shared({ order: "" }, "log");
    const limits = [5, 1, 3, 1];
    await lab.all(4, async (index) => {
      const ms = limits[index] ?? 0;
      await moveOnAfter(ms, () => cancellable(new Promise(() => {})));
      log.order += ms;
    });
    return `${log.order} at ${lab.now()}`;
  }, idle);

  expect(given.ends).toEqual(["1135 at 5"]);
});

test("lets what is due at once happen at any time, as it is no limit", async () => {
  const given = await ends(async (lab) => {
    lab.access(lab, "read");
    const owner = new Owner(async (own) => await own.publish("it"));
    const lease = await owner.lease();
    const [report] = await Promise.all([owner.drain(0), lab.io("the work", () => lease.release())]);
    return report.lost;
  }, idle);

  expect(given.ends).toEqual(["0", "1"]);
});

test("tries one order of what has nothing to do with each other before a limit passes, and after", async () => {
  const given = await ends(async (lab) => {
    const fields = lab.shared({ task0: 0, task1: 0, task2: 0 }, "fields");
    const add = (index: number): void => void (fields[`task${index as 0}`] += 1);
    await moveOnAfter(10, () =>
      lab.all(3, async (index) => {
        await checkpoint();
        add(index);
        await cancellable(new Promise(() => {}));
      }),
    );
    await lab.all(3, add);
    return Object.values(fields).join();
  }, idle);

  expect(given).toMatchObject({ ends: ["2,2,2"], orders: 1, redundant: 0 });
});

test("takes a limit back when a cancellation has set off something else", async () => {
  const given = await ends(
    async (lab) => {
      const log = lab.shared({ what: "" }, "log");
      await taskGroup(async (group) => {
        group.startSoon(async () => {
          await moveOnAfter(10, () => cancellable(new Promise(() => {})));
          log.what += "passed ";
        });
        await lab.all(1, async () => {
          try {
            await moveOnAfter(20, () => cancellable(new Promise(() => {})));
          } finally {
            log.what += "over ";
            await shielded(() => lab.io("cleaning up", () => {}));
            log.what += "clean ";
          }
        });
      });
      return log.what;
    },
    { ...idle, cancel: "everywhere" },
  );

  expect(given.ends).toEqual(["over clean passed ", "passed over clean "]);
});

test("goes on with what a limit sets off before the next one passes", async () => {
  const given = await ends(async (lab) => {
    const log = lab.shared({ order: "" }, "log");
    await lab.all(2, async (index) => {
      await moveOnAfter(index + 1, () => cancellable(new Promise(() => {})));
      for (let step = 0; step < 3; step++) {
        log.order += index;
        await checkpoint();
      }
    });
    return log.order;
  }, idle);

  expect(given.ends).toEqual(["000111"]);
});

test("tries as many orders with a limit that is never reached as without it", async () => {
  const work =
    (limit: number | null): Parameters<typeof ends>[0] =>
    async (lab) => {
      const log = lab.shared({ order: "" }, "log");
      await lab.all(3, (index) =>
        failAfter(limit, async () => {
          await sleep(1);
          log.order += index;
        }),
      );
      return log.order;
    };

  const [without, limited] = [await ends(work(null), idle), await ends(work(30_000), idle)];

  expect(limited.ends).toHaveLength(6);
  const { ends: same, orders, steps } = without;
  expect(limited).toMatchObject({ ends: same, orders, steps });
});

test("lets a limit and a cancellation come in either order", async () => {
  const given = await ends(
    async (lab) => {
      lab.access(lab, "read");
      const log: string[] = [];
      await lab.all(1, async () => {
        try {
          await moveOnAfter(10, () => cancellable(new Promise(() => {})));
          log.push("passed");
          await checkpoint();
          log.push("went on");
        } catch (error) {
          log.push("cancelled");
          throw error;
        }
      });
      return log.join();
    },
    { ...idle, cancel: "everywhere" },
  );

  expect(given.ends).toEqual(["cancelled", "passed,cancelled", "passed,went on"]);
});

test("keeps the limits of AbortSignal.timeout() until nothing else can happen, and ends without them", async () => {
  const given = await ends(async (lab) => {
    lab.respond("http://shop.test/", () => new Response("ok"));
    const answer = await fetch("http://shop.test/", { signal: AbortSignal.timeout(10) });
    const never = new Promise<never>((_resolve, reject) => {
      const signal = AbortSignal.timeout(20);
      signal.addEventListener("abort", () => reject(signal.reason as Error));
    });
    return `${await answer.text()}, then ${await never.catch((error: Error) => error.name)}`;
  }, idle);

  expect(given.ends).toEqual(["ok, then TimeoutError"]);
});

test("ends without a signal's limit that nobody waits for", async () => {
  let aborted = 0;

  const given = await ends(async () => {
    AbortSignal.timeout(10).addEventListener("abort", () => (aborted += 1));
    await checkpoint();
  }, idle);

  expect([given.orders, aborted]).toEqual([1, 0]);
});

test("does not wait with a limit for an interval, which goes on for ever", async () => {
  let most = 0;

  const { verdict } = await explore(
    async () => {
      let beats = 0;
      const beat = setInterval(() => (most = Math.max(most, ++beats)), 1);
      await moveOnAfter(30_000, () => cancellable(new Promise(() => {})));
      clearInterval(beat);
    },
    { timers: "idle", maxSteps: 50, strategy: "random", budget: { runs: 50 } },
  );

  expect(verdict).toBe("not-found");
  expect(most).toBeLessThan(49);
});

test("cuts a closing short that never ends, and lets one that ends take its time", async () => {
  const closing =
    (end: (lab: Lab) => Promise<unknown>): Parameters<typeof ends>[0] =>
    async (lab) => {
      lab.access(lab, "read");
      let how = "cut short";
      const owner = new Owner(async (own) => {
        try {
          return await own.publish("it");
        } finally {
          await cancellable(end(lab));
          how = "closed";
        }
      });
      await owner.open();
      await owner.close();
      return how;
    };

  expect(
    (
      await ends(
        closing(() => new Promise(() => {})),
        idle,
      )
    ).ends,
  ).toEqual(["cut short"]);
  expect(
    (
      await ends(
        closing((lab) => lab.io("the end", () => {})),
        idle,
      )
    ).ends,
  ).toEqual(["closed"]);
});

test("replays what was found so, and says in words what it kept to", async () => {
  const scenario: Scenario = async (lab) => {
    const log = lab.shared({ order: "" }, "log");
    await lab.all(2, async (index) => {
      await moveOnAfter(index + 1, () => cancellable(new Promise(() => {})));
      await sleep(1);
      log.order += index;
    });
    throw new Error(`in the order ${log.order}`);
  };

  const found = await explore(scenario, idle);
  const again = await replay(scenario, found.replay ?? "", { timers: "idle" });

  expect(String(again.trace.error)).toBe(String(found.error));
  expect(found.limits[0]).toContain("timers in any order, limits when nothing else could happen");
});
