import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import {
  CancelScope,
  checkpoint,
  currentEffectiveDeadline,
  isCancelled,
  shielded,
  sleep,
  sleepForever,
  taskGroup,
  type TaskGroup,
} from "../src/index.ts";
import { waitAllTasksBlocked } from "../src/testing/index.ts";
import { thrownBy, virtually } from "./virtually.ts";

test(covers("PE-2"), async () => {
  const outer = new CancelScope({ deadline: 5 });
  const inner = new CancelScope({ deadline: 10 });
  const seen: number[] = [];
  const look = (): void => void seen.push(currentEffectiveDeadline());

  await virtually(() =>
    outer.run(async () => {
      await inner.run(() => {
        look();
        inner.deadline = 3;
        look();
        inner.deadline = 10;
        inner.shield = true;
        look();
        inner.shield = false;
        look();
        outer.cancel();
        look();
        inner.shield = true;
        look();
      });
      look();
    }),
  );

  expect(seen).toEqual([5, 3, 10, 5, -Infinity, 10, -Infinity]);
});

test(covers("PE-3"), async () => {
  const sources: unknown[] = [];
  const note = async (scope: CancelScope): Promise<void> => {
    const error = await thrownBy(checkpoint);
    sources.push([scope.cancelSource, (error as { source?: unknown }).source]);
  };

  await virtually(async () => {
    await new CancelScope().run(async (scope) => {
      scope.cancel();
      await note(scope);
      scope.deadline = 0;
      await note(scope);
    });
    await new CancelScope().run(async (scope) => {
      scope.deadline = 0;
      await note(scope);
      scope.cancel();
      await note(scope);
    });
  });

  const byHand = ["explicit", "explicit"];
  const byTime = ["deadline", "deadline"];
  expect(sources).toEqual([byHand, byHand, byTime, byTime]);
});

test(covers("PE-4"), async () => {
  const outer = new CancelScope();
  const inner = new CancelScope();
  const log: string[] = [];
  const attempt = async (name: string): Promise<void> => {
    const error = await checkpoint().catch((thrown: unknown) => thrown);
    log.push(`${name}: ${isCancelled(error) ? "cancelled" : "passed"}`);
  };

  await virtually(() =>
    outer.run(async () => {
      await inner.run(async () => {
        outer.cancel();
        await attempt("open to the outer scope");
        inner.shield = true;
        await attempt("in a shield");
        await new CancelScope().run(async (innermost) => {
          innermost.cancel();
          await attempt("cancelled inside the shield");
          innermost.shield = true;
          await attempt("cancelled, and a shield itself");
        });
        await attempt("in the shield again");
        inner.shield = false;
        await attempt("open again");
        inner.shield = true;
        inner.cancel();
        await checkpoint();
        log.push("not reached");
      });
      log.push("outside");
    }),
  );

  expect(log).toEqual([
    "open to the outer scope: cancelled",
    "in a shield: passed",
    "cancelled inside the shield: cancelled",
    "cancelled, and a shield itself: cancelled",
    "in the shield again: passed",
    "open again: cancelled",
    "outside",
  ]);
  expect([inner.cancelledCaught, outer.cancelledCaught]).toEqual([true, false]);
});

test.each(["before", "after"])(`${covers("PE-5")} (cancelled %s it is ready)`, async (when) => {
  const log: string[] = [];
  const sleeper = (name: string) => (): Promise<void> => sleepForever().finally(() => log.push(name));

  await virtually(() =>
    taskGroup(async (group) => {
      const target = await group.start<TaskGroup>((status) =>
        taskGroup(async (inner) => {
          status.started(inner);
          await sleepForever();
        }),
      );
      await target.start(async (status) => {
        await taskGroup(async (own) => {
          own.startSoon(sleeper("first"));
          own.startSoon(sleeper("second"));
          await waitAllTasksBlocked();
          if (when === "before") target.cancel();
          status.started();
          log.push("ready");
        });
      });
      if (when === "after") target.cancel();
    }),
  );

  expect(log).toEqual(["ready", "first", "second"]);
});

test(covers("PE-6"), async () => {
  const times: number[] = [];
  let thrown: unknown;

  await virtually((runtime) =>
    taskGroup(async (starters) => {
      await taskGroup(async (group) => {
        starters.startSoon(() =>
          group.start(async (status) => {
            await sleep(2);
            status.started();
            await sleep(3);
          }),
        );
        await sleep(1);
      });
      times.push(runtime.now());
      await taskGroup(async (group) => {
        starters.startSoon(async () => {
          thrown = await thrownBy(() => group.start(() => sleep(7).then(fail)));
        });
        await waitAllTasksBlocked();
      });
      times.push(runtime.now());
    }),
  );

  expect(times).toEqual([5, 12]);
  expect(thrown).toMatchObject({ message: "never ready" });
});

function fail(): never {
  throw new Error("never ready");
}

test(covers("PE-7"), async () => {
  const [thrown, stopped] = await virtually(() =>
    taskGroup((group) =>
      new CancelScope().run(async (scope) => {
        scope.cancel();
        const error = await thrownBy(() =>
          group.start((status) => {
            status.started();
            throw new Error("failed");
          }),
        );
        const cancelled = await thrownBy(() =>
          group.start(async (status) => {
            status.started();
            await checkpoint();
          }),
        );
        return [error, cancelled] as const;
      }),
    ),
  ).then((errors) => errors ?? []);

  expect(thrown).toMatchObject({ message: "failed" });
  expect(isCancelled(stopped)).toBe(true);
});

test("a body that fails in a cancelled scope, and met no cancel point, fails its group", async () => {
  const error = new Error("failed");

  const thrown = await virtually(() =>
    new CancelScope().run((scope) => {
      scope.cancel();
      return thrownBy(() =>
        taskGroup(() => {
          throw error;
        }),
      );
    }),
  );

  expect(thrown).toMatchObject({ errors: [error] });
});

test("a failure that leaves two groups at once nests as they do, whichever of the two was cancelled", async () => {
  const failing = async (): Promise<never> => {
    await shielded(() => checkpoint());
    throw new Error("failed");
  };

  const thrown = await virtually(() =>
    thrownBy(() =>
      taskGroup(async (outer) => {
        outer.startSoon(() => sleepForever());
        outer.startSoon(failing);
        await taskGroup((inner) => {
          inner.startSoon(() => sleepForever());
          inner.startSoon(failing);
          outer.cancel();
        });
      }),
    ),
  );

  expect(thrown).toMatchObject({ errors: [{ errors: [{ message: "failed" }] }, { message: "failed" }] });
});
