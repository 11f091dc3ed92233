import {
  CancelScope,
  checkpoint,
  Event,
  failAfter,
  isCancelled,
  iterate,
  leafErrors,
  moveOnAfter,
  run,
  RunVar,
  shielded,
  sleep,
  taskGroup,
  TaskLocal,
  TimeoutError,
} from "@holdfast/concurrency";
import { expect, test } from "vitest";
import type { ExploreOptions } from "../../src/options.ts";
import { check, expectAllOrdersPass } from "./all-orders.ts";

/** Where no task is cancelled, and where one is at each of its cancel points. */
const both: NonNullable<ExploreOptions["cancel"]>[] = ["none", "everywhere"];

test.for(both)("a group ends when its tasks have, also when one of them fails; cancelled: %s", async (cancel) => {
  const orders = await expectAllOrdersPass(
    async (lab) => {
      const state = lab.shared({ running: 0 }, "state");
      await lab.all(1, async () => {
        const work = async (fails: boolean): Promise<void> => {
          state.running += 1;
          try {
            await sleep(1);
            if (fails && lab.choose(false, true)) throw new Error("broken");
            await checkpoint();
          } finally {
            state.running -= 1;
          }
        };
        try {
          await taskGroup((group) => {
            group.startSoon(() => work(true));
            group.startSoon(() => work(false));
          });
        } catch (error) {
          check(isCancelled(error) || leafErrors(error).every(isBroken), String(error));
        } finally {
          check(state.running === 0, `${state.running} have outlived their group`);
        }
        await checkpoint();
      });
    },
    { cancel },
  );

  expect(orders).toBeGreaterThan(10);
});

function isBroken(error: unknown): boolean {
  return error instanceof Error && error.message === "broken";
}

test.for(both)("a scope ends what runs in it and not what it shields; cancelled: %s", async (cancel) => {
  const orders = await expectAllOrdersPass(
    async (lab) => {
      const state = lab.shared({ begun: 0, kept: 0 }, "state");
      const scope = new CancelScope({ name: "work" });
      await taskGroup(async (group) => {
        group.startSoon(async () => {
          await sleep(1);
          scope.cancel();
        });
        await lab.all(1, async () => {
          await scope.run(async () => {
            state.begun += 1;
            await shielded(async () => {
              await checkpoint();
              await checkpoint();
              state.kept += 1;
            });
            await new Event("never").wait();
          });
          check(scope.cancelledCaught, "the scope let its cancellation through");
          await checkpoint();
        });
      });
      check(state.begun === state.kept, "what is shielded was cut short");
    },
    { cancel },
  );

  expect(orders).toBeGreaterThan(3);
});

test.for(both)("a limit ends the waiting or comes too late, and never both; cancelled: %s", async (cancel) => {
  const ends = new Set<string>();

  const orders = await expectAllOrdersPass(
    async (lab) => {
      lab.access(lab, "read");
      await lab.all(2, async (index) => {
        if (index === 0) {
          const answer = await moveOnAfter(1, () => sleep(1).then(() => "in time"));
          ends.add(answer ?? "moved on");
        } else {
          await failAfter(1, () => sleep(1)).then(
            () => ends.add("in time"),
            (error: unknown) => {
              if (!(error instanceof TimeoutError)) throw error;
              ends.add("failed");
            },
          );
        }
        await checkpoint();
      });
    },
    { cancel },
  );

  expect([...ends].toSorted()).toEqual(["failed", "in time", "moved on"]);
  expect(orders).toBeGreaterThan(3);
});

test.for(both)("a handle tells of the readiness and the end of its task; cancelled: %s", async (cancel) => {
  const orders = await expectAllOrdersPass(
    async (lab) => {
      const state = lab.shared({ begun: 0, ended: 0 }, "state");
      await lab.all(2, (index) =>
        taskGroup(async (group) => {
          const handle = group.startHandle<string, number>(async (status) => {
            state.begun += 1;
            try {
              await sleep(1);
              status.started(index);
              await sleep(1);
              return `value ${index}`;
            } finally {
              state.ended += 1;
            }
          });
          check((await handle.started) === index && handle.startValue === index, "it was ready with another value");
          check((await handle) === `value ${index}` && handle.status === "finished", `it is ${handle.status}`);
        }),
      );
      check(state.begun === state.ended, "a task has outlived its group");
    },
    { cancel },
  );

  expect(orders).toBeGreaterThan(1);
});

test.for(both)(
  "a task whose starter is cancelled before it is ready never joins the group; cancelled: %s",
  async (cancel) => {
    const orders = await expectAllOrdersPass(
      async (lab) => {
        lab.access(lab, "read");
        await taskGroup(async (group) => {
          const starting = new CancelScope({ name: "starting" });
          group.startSoon(() => starting.cancel());
          await lab.all(1, () =>
            starting.run(() =>
              group.start(async (status) => {
                await shielded(() => checkpoint());
                const isLate = starting.cancelCalled;
                status.started();
                await checkpoint();
                check(!isLate, "it goes on, and nobody knows of it");
              }),
            ),
          );
        });
      },
      { cancel },
    );

    expect(orders).toBeGreaterThan(1);
  },
);

test.for(both)("a handle that is cancelled ends its task and no other; cancelled: %s", async (cancel) => {
  const orders = await expectAllOrdersPass(
    async (lab) => {
      const state = lab.shared({ finished: 0 }, "state");
      await lab.all(1, () =>
        taskGroup(async (group) => {
          const endless = group.startSoon(() => new Event("never").wait());
          const other = group.startSoon(async () => {
            await sleep(1);
            state.finished += 1;
          });
          await checkpoint();
          endless.cancel();
          await endless.wait();
          check(endless.status === "cancelled", `it is ${endless.status}`);
          await other;
          check(state.finished === 1, "the other one did not finish");
        }),
      );
    },
    { cancel },
  );

  expect(orders).toBeGreaterThan(1);
});

test.for(both)("a loop over a source closes it once, however it is left; cancelled: %s", async (cancel) => {
  const orders = await expectAllOrdersPass(
    async (lab) => {
      const state = lab.shared({ opened: 0, closed: 0 }, "state");
      await lab.all(2, async (index) => {
        const source: AsyncIterable<number> = {
          [Symbol.asyncIterator]() {
            state.opened += 1;
            let given = 0;
            const end = (): void => void (state.closed += 1);
            return {
              async next() {
                const value = await lab.io("an item", () => given++);
                if (value < 2) return { done: false, value };
                end();
                return { done: true, value: undefined };
              },
              async return() {
                end();
                return { done: true, value: undefined };
              },
            };
          },
        };
        for await (const item of iterate(source)) {
          await checkpoint();
          if (item === index) break;
        }
      });
      check(state.opened === state.closed, `opened ${state.opened} times, closed ${state.closed} times`);
    },
    { cancel },
  );

  expect(orders).toBeGreaterThan(3);
});

test.for(both)("a variable has its own value in each task, or in each run; cancelled: %s", async (cancel) => {
  const orders = await expectAllOrdersPass(
    async (lab) => {
      lab.access(lab, "read");
      const local = new TaskLocal<number>("local", { default: -1 });
      const ofRun = new RunVar<number>("of the run", { default: -1 });
      await lab.all(2, async (index) => {
        await run(async () => {
          const token = ofRun.set(index);
          await local.run(index, async () => {
            await checkpoint();
            check(local.get() === index, `another task's value: ${local.get()}`);
            check(ofRun.get() === index, `another run's value: ${ofRun.get()}`);
          });
          ofRun.reset(token);
          await checkpoint();
          check(ofRun.get() === -1 && local.get() === -1, "a value is left");
        });
      });
      check(ofRun.get() === -1 && local.get() === -1, "a value has gone up");
    },
    { cancel },
  );

  expect(orders).toBeGreaterThan(1);
});
