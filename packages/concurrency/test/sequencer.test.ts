import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import { BrokenResourceError, isCancelled, run, sleep, taskGroup } from "../src/index.ts";
import { runVirtually, Sequencer, VirtualRuntime, waitAllTasksBlocked } from "../src/testing/index.ts";
import { thrownBy } from "./virtually.ts";

test(covers("TT-4"), async () => {
  const order = new Sequencer();
  const log: string[] = [];

  const values = await runVirtually(() =>
    taskGroup(async (group) => {
      const first = group.startSoon(async () => {
        await order.step(0, () => sleep(10).then(() => log.push("0")));
        await order.step(4, () => log.push("4"));
      });
      const second = group.startSoon(() =>
        order.step(2, () => Promise.reject(new Error("failed"))).catch(() => log.push("2")),
      );
      const third = group.startSoon(async () => {
        const pair = [order.step(3, () => log.push("3")), order.step(1, () => "value of 1")] as const;
        return (await Promise.all(pair))[1];
      });
      await Promise.all([first, second]);
      return await third;
    }),
  );

  expect(values).toBe("value of 1");
  expect(log.filter((entry) => entry !== "2")).toEqual(["0", "3", "4"]);
  expect(log).toContain("2");
});

test("the steps take no longer than what is in them, and none begins before the one before it has ended", async () => {
  const order = new Sequencer();
  const log: string[] = [];
  const step = (position: number) => (): Promise<void> =>
    order.step(position, async () => {
      log.push(`${position} begins`);
      await sleep(10);
      log.push(`${position} ends`);
    });

  const time = await runVirtually(async (runtime) => {
    await taskGroup((group) => {
      for (const position of [2, 1, 0]) group.startSoon(step(position));
    });
    return runtime.now();
  });

  expect(log).toEqual([0, 1, 2].flatMap((position) => [`${position} begins`, `${position} ends`]));
  expect(time).toBe(30);
});

test(covers("TT-5"), async () => {
  const order = new Sequencer("orders");

  await order.step(0, () => {});
  const again = await thrownBy(() => order.step(0, () => {}));
  const others = await Promise.all(
    [-1, 0.5, Number.NaN].map((position) => thrownBy(() => order.step(position, () => {}))),
  );
  const value = await order.step(1, () => "goes on");

  for (const error of [again, ...others]) expect(error).toBeInstanceOf(RangeError);
  expect((again as Error).message).toBe(
    'step 0 of sequencer "orders" has been used already; give each step its own number',
  );
  expect(value).toBe("goes on");
});

test(covers("TT-6"), async () => {
  const order = new Sequencer();
  const begun: number[] = [];
  const step = (position: number) => (): Promise<unknown> =>
    thrownBy(() => order.step(position, () => begun.push(position)));

  const [first, cancelled, second, late] = await runVirtually(() =>
    taskGroup(async (group) => {
      const waiting = [1, 2, 3].map((position) => group.startSoon(step(position)));
      await waitAllTasksBlocked();
      waiting[1]?.cancel();
      const errors = await Promise.all(waiting);
      return [...errors, await step(4)()];
    }),
  );

  expect(isCancelled(cancelled)).toBe(true);
  for (const error of [first, second, late]) expect(error).toBeInstanceOf(BrokenResourceError);
  expect((late as Error).message).toBe("step 4 of a sequencer, which is broken: step 2 was cancelled before its turn");
  expect(begun).toEqual([]);
});

test("steps that are cancelled together are all cancelled, and none takes it for a failure", async () => {
  const order = new Sequencer();
  const thrown: unknown[] = [];

  await runVirtually(() =>
    taskGroup(async (group) => {
      for (const position of [1, 2]) {
        group.startSoon(() =>
          order
            .step(position, () => {})
            .catch((error: unknown) => {
              thrown.push(error);
              throw error;
            }),
        );
      }
      await waitAllTasksBlocked();
      group.cancel();
    }),
  );

  expect(thrown.map(isCancelled)).toEqual([true, true]);
});

test("a step in a cancelled scope does not begin, though its turn has come", async () => {
  const order = new Sequencer();
  const begun: number[] = [];

  await runVirtually(() =>
    taskGroup(async (group) => {
      group.cancel();
      await order.step(0, () => begun.push(0));
    }),
  );
  const next = await thrownBy(() => order.step(1, () => begun.push(1)));

  expect(begun).toEqual([]);
  expect(next).toBeInstanceOf(BrokenResourceError);
});

test("a step that is cancelled in its function ends like any other", async () => {
  const order = new Sequencer();
  const log: string[] = [];

  await runVirtually(() =>
    taskGroup(async (group) => {
      const first = group.startSoon(() => order.step(0, () => sleep(1_000)));
      group.startSoon(() => order.step(1, () => log.push("second")));
      await waitAllTasksBlocked();
      first.cancel();
    }),
  );

  expect(log).toEqual(["second"]);
});

test("a step gives others a turn before it begins, as every checkpoint does", async () => {
  const order = new Sequencer();
  const log: string[] = [];

  await runVirtually(() =>
    taskGroup(async (group) => {
      group.startSoon(() => log.push("other"));
      await order.step(0, () => log.push("step"));
    }),
  );

  expect(log).toEqual(["other", "step"]);
});

test("a step that nobody takes is named by the deadlock", async () => {
  const order = new Sequencer("orders");

  const thrown = await thrownBy(() =>
    run(() => order.step(1, () => {}), { runtime: new VirtualRuntime(), name: "root" }),
  );

  expect(thrown).toMatchObject({ waits: ['task "root" waits for step 1 of sequencer "orders"'] });
});
