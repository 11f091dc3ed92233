import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import {
  type CancelledError,
  CancelScope,
  checkpoint,
  Event,
  type ExceptionGroup,
  failAfter,
  run,
  shielded,
  sleep,
  sleepForever,
  type Step,
  taskGroup,
} from "../src/index.ts";
import { VirtualRuntime } from "../src/testing/index.ts";
import { thrownBy, virtually } from "./virtually.ts";

test(covers("AG-67"), async () => {
  const log: string[] = [];

  const thrown = await thrownBy(() =>
    virtually(() =>
      taskGroup((group) => {
        group.startSoon(() => sleep(100).then(() => log.push("not reached")));
        group.startSoon(() => Promise.reject(new Error("foo")));
      }),
    ),
  );

  expect((thrown as ExceptionGroup).errors).toEqual([new Error("foo")]);
  expect(log).toEqual([]);
});

test(covers("AG-68"), async () => {
  const log: string[] = [];

  await virtually((runtime) =>
    taskGroup(async (group) => {
      group.startSoon(async () => {
        await taskGroup(
          (inner) => void inner.startSoon(() => sleep(100).finally(() => log.push("grandchild stopped"))),
        );
        log.push("not reached");
      });
      await runtime.waitAllTasksBlocked();
      group.cancel();
    }),
  );

  expect(log).toEqual(["grandchild stopped"]);
});

test(covers("AG-69"), async () => {
  const log: string[] = [];

  await virtually((runtime) =>
    taskGroup((group) => {
      group.startSoon(async () => {
        await thrownBy(() => runtime.waitAllTasksBlocked());
        log.push("starting in a cancelled group");
        group.startSoon(async () => {
          log.push("begun");
          await new CancelScope().run(() => sleep(100));
          throw new Error("not reached");
        });
      });
      group.cancel();
    }),
  );

  expect(log).toEqual(["starting in a cancelled group", "begun"]);
});

test(covers("AG-76"), async () => {
  const log: string[] = [];

  await virtually(() =>
    new CancelScope().run(async (outer) => {
      await new CancelScope().run(async (middle) => {
        await shielded(() => {
          outer.cancel();
          middle.cancel();
        });
        log.push("left the shield");
      });
      log.push("left the middle");
      await checkpoint();
      log.push("not reached");
    }),
  );

  expect(log).toEqual(["left the shield", "left the middle"]);
});

test(covers("AG-77"), async () => {
  const outer = new CancelScope({ name: "outer" });
  const middle = new CancelScope({ name: "middle" });
  const log: string[] = [];

  await virtually(() =>
    outer.run(async () => {
      const left = await thrownBy(() =>
        middle.run(async () => {
          await shielded(() => {
            middle.cancel();
            outer.cancel();
          });
          log.push("left the shield");
          await checkpoint();
          log.push("not reached");
        }),
      );
      log.push(`${(left as CancelledError).scopeName} is what left the middle`);
      throw left;
    }),
  );

  expect(log).toEqual(["left the shield", "outer is what left the middle"]);
  expect([outer.cancelledCaught, middle.cancelledCaught]).toEqual([true, false]);
});

test(covers("AG-81"), async () => {
  const log: string[] = [];

  await virtually(() =>
    taskGroup(async (group) => {
      group.startSoon(async () => {
        await taskGroup(async (inner) => {
          inner.startSoon(() => sleep(1_000).finally(() => log.push("grandchild stopped")));
          await sleep(500).finally(() => log.push("inner body stopped"));
        });
        log.push("not reached");
      });
      await sleep(10);
      group.cancel();
    }),
  );

  expect(log.toSorted()).toEqual(["grandchild stopped", "inner body stopped"]);
});

test(covers("AG-89"), async () => {
  const shield = new CancelScope({ shield: true });
  const event = new Event("set");
  const steps: string[] = [];
  const choose = (ready: readonly Step[]): number => {
    steps.push(String(ready[0]?.what));
    return 0;
  };
  const runtime = new VirtualRuntime({ choose });

  await run(
    () =>
      taskGroup(async (outer) => {
        outer.startSoon(() => sleep(30).then(() => event.set()));
        await taskGroup(async (inner) => {
          inner.startSoon(() => shield.run(() => sleep(20).then(() => event.wait())));
          await runtime.waitAllTasksBlocked();
          inner.cancel();
          steps.length = 0;
        });
        steps.push("the inner group has ended");
      }),
    { runtime },
  );

  expect(steps.slice(0, steps.indexOf("the inner group has ended"))).toEqual([
    "a timer for 20",
    "sleep(20)",
    "a timer for 30",
    "sleep(30)",
    'event "set"',
    "the tasks of a group",
  ]);
  expect(shield).toMatchObject({ cancelCalled: false, cancelledCaught: false });
  expect(runtime.leaks()).toEqual([]);
});

test(covers("AG-94"), async () => {
  const outer = new CancelScope({ name: "outer" });
  const left: unknown[] = [];

  await virtually((runtime) =>
    outer.run(async () => {
      const group = taskGroup(async (inner) => {
        inner.startSoon(() => sleep(500));
        inner.startSoon(() => sleep(500));
        await runtime.waitAllTasksBlocked();
        outer.cancel();
        await sleep(500);
      });
      left.push(await thrownBy(() => group));
    }),
  );

  expect(left).toMatchObject([{ name: "CancelledError", code: "TASK_CANCELLED", scopeName: "outer" }]);
});

test(covers("AG-107"), async () => {
  const scope = new CancelScope();
  const log: string[] = [];

  await virtually(() =>
    scope.run(async () => {
      scope.cancel();
      await taskGroup(() => {});
      log.push("the group has ended");
      await checkpoint();
      log.push("not reached");
    }),
  );

  expect(log).toEqual(["the group has ended"]);
  expect(scope.cancelledCaught).toBe(true);
});

test(covers("AG-109"), async () => {
  const outer = new CancelScope();
  const cancelled = new Event();
  const log: string[] = [];

  await virtually((runtime) =>
    outer.run(() =>
      taskGroup(async (group) => {
        group.startSoon(() => sleepForever().finally(() => cancelled.set()));
        await runtime.waitAllTasksBlocked();
        await failAfter(
          100,
          async () => {
            outer.cancel();
            await cancelled.wait();
            log.push(`the child was cancelled at ${runtime.now()}`);
          },
          { shield: true },
        );
      }),
    ),
  );

  expect(log).toEqual(["the child was cancelled at 0"]);
});
