import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import {
  CancelledError,
  CancelScope,
  checkpoint,
  currentTask,
  Event,
  ExceptionGroup,
  leafErrors,
  run,
  runDetached,
  shielded,
  sleep,
  taskGroup,
  type TaskGroup,
  type TaskStatus,
} from "../src/index.ts";
import { drained, thrownBy, virtually, watchRejections } from "./virtually.ts";

test(covers("TG-15"), async () => {
  const felt: unknown[] = [];
  const feel = async (): Promise<void> => void felt.push(await thrownBy(() => sleep(100)));

  await thrownBy(() =>
    virtually(() =>
      taskGroup(
        async (group) => {
          group.startSoon(feel);
          group.startSoon(() => sleep(1).then(() => Promise.reject(new Error("no answer"))), { name: "fetch" });
          await feel();
        },
        { name: "fetchers" },
      ),
    ),
  );

  expect(felt).toHaveLength(2);
  for (const error of felt) {
    expect(error).toMatchObject({ source: "failure", reason: { message: "no answer" }, by: "fetch" });
    expect((error as Error).message).toBe('cancelled in scope "fetchers" by task "fetch": no answer');
  }
});

test(covers("TG-16"), async () => {
  using rejections = watchRejections();
  const told: unknown[] = [];

  const statuses = await virtually(
    () =>
      taskGroup(async (group) => {
        const finished = group.startSoon(() => "value");
        const cancelled = group.startSoon(() => sleep(100));
        cancelled.cancel("first");
        await Promise.all([finished.wait(), cancelled.wait()]);
        finished.cancel("late");
        cancelled.cancel("late");
        await sleep(1);
        return [finished.status, finished.result(), cancelled.status, await thrownBy(() => cancelled)];
      }),
    { instruments: [{ scopeCancelled: ({ reason }) => told.push(reason) }] },
  );
  await drained();

  expect(statuses).toMatchObject(["finished", "value", "cancelled", { cause: { reason: "first" } }]);
  expect(told).toEqual(["first"]);
  expect(rejections.reasons).toEqual([]);
});

test(covers("TG-17"), async () => {
  const opened = Promise.withResolvers<TaskGroup>();
  const log: unknown[] = [];
  const feel = async (): Promise<void> => void log.push(((await thrownBy(() => sleep(100))) as CancelledError).reason);

  await virtually(() =>
    taskGroup(async (outer) => {
      outer.startSoon(() => taskGroup((group) => (opened.resolve(group), shielded(() => sleep(50)))));
      const group = await opened.promise;
      await new CancelScope().run(async (starter) => {
        const starting = group.start(feel);
        await checkpoint();
        starter.cancel("of its starter, before it was ready");
        await starting;
      });
      await new CancelScope().run(async (starter) => {
        await group.start(async (status) => {
          await checkpoint();
          group.cancel("of the group, once it was ready");
          await sleep(1);
          status.started();
          log.push(currentTask().hasPendingCancellation());
          starter.cancel("of its starter, too late");
          await feel();
        });
        await checkpoint();
      });
    }),
  );

  expect(log).toEqual(["of its starter, before it was ready", true, "of the group, once it was ready"]);
});

test(covers("TG-18"), async () => {
  const log: string[] = [];

  await virtually(() =>
    taskGroup(async (group) => {
      const [ofTask] = [group.startSoon(() => thrownBy(() => group.scope.exit()))];
      const errors = [await ofTask, await thrownBy(() => group.scope.exit())];
      log.push(...errors.map((error) => (error as { code: string }).code));
      group.startSoon(() => sleep(5).then(() => log.push("the group goes on")));
    }),
  );

  expect(log).toEqual(["SCOPE_NOT_ACTIVE", "SCOPE_NOT_ACTIVE", "the group goes on"]);
});

test(covers("TG-19"), async () => {
  const log: string[] = [];
  const scope = new CancelScope({ name: "outside" });

  await virtually(() =>
    scope.run(async () => {
      const left = await thrownBy(() =>
        taskGroup((group) => {
          group.startSoon(async () => {
            try {
              await sleep(100);
            } finally {
              await shielded(() => sleep(10));
              log.push("child ended");
            }
          });
          group.startSoon(() => sleep(1).then(() => scope.cancel()));
          return "value";
        }),
      );
      log.push(String((left as CancelledError).scopeName));
    }),
  );

  expect(log).toEqual(["child ended", "outside"]);
});

test(covers("TG-20"), async () => {
  const statuses: TaskStatus<string>[] = [];
  const codes: unknown[] = [];

  const values = await virtually(() =>
    taskGroup(async (group) => {
      const keep = async (status: TaskStatus<string>): Promise<void> => void statuses.push(status);
      group.startSoon(() => sleep(1).then(() => statuses[0]?.started("by another task")));
      const ready = await group.start<string>((status) => keep(status).then(() => sleep(5)));
      codes.push(await thrownBy(() => group.start<string>(keep)));
      statuses[1]?.started("after its end");
      await new CancelScope().run(async (scope) => {
        const starting = group.start<string>(async (status) => {
          await sleep(100).catch(() => {});
          status.started("cancelled already");
        });
        scope.cancel("starter");
        codes.push(await thrownBy(() => starting));
      });
      return ready;
    }),
  );

  expect(values).toBe("by another task");
  expect(codes).toMatchObject([{ code: "TASK_NOT_STARTED" }, { code: "TASK_CANCELLED", reason: "starter" }]);
});

test(covers("TG-21"), async () => {
  const stop = new Event();
  const opened = Promise.withResolvers<TaskGroup>();
  const parents: (readonly [before: number | undefined, after: number | undefined])[] = [];
  const child = async (status: TaskStatus): Promise<void> => {
    const before = currentTask().parentId;
    await checkpoint();
    status.started();
    parents.push([before, currentTask().parentId]);
  };

  const [host, other] = await Promise.all([
    run(() =>
      taskGroup(async (group) => {
        opened.resolve(group);
        await stop.wait();
        return currentTask().id;
      }),
    ),
    run(async () => {
      const group = await opened.promise;
      await group.start(child);
      await runDetached(() => group.start(child));
      stop.set();
      return currentTask().id;
    }),
  ]);

  expect(parents).toEqual([
    [other, host],
    [host, host],
  ]);
});

test(covers("TG-22"), { timeout: 20_000 }, async () => {
  const many = 30_000;
  const nest = async (depth: number): Promise<void> => {
    await checkpoint();
    await taskGroup((group) =>
      depth > 0 ? nest(depth - 1) : void group.startSoon(() => Promise.reject(new Error("deep"))),
    );
  };

  const nested = await thrownBy(() => run(() => nest(3_000)));
  const wide = await thrownBy(() =>
    run(() =>
      taskGroup(async (outer) => {
        const failing = outer.startSoon(() => Promise.reject(new Error("cause")));
        await shielded(() => failing.wait());
        await shielded(() =>
          taskGroup((group) => {
            for (let index = 0; index < many; index++) group.startSoon(() => shielded(async () => failing));
          }),
        );
      }),
    ),
  );

  expect(leafErrors(nested)).toEqual([new Error("deep")]);
  expect((nested as Error).message).toBe("unhandled errors in a task group (1): deep");
  // Those that awaited the one failing task are each a failure of the inner group, which does not hold that failure.
  expect((wide as ExceptionGroup).errors[0].errors).toHaveLength(many);
});

test("the message of an exception group quotes its first failure, and a cancellation only where there is none", () => {
  const cancelled = new CancelledError("explicit", "stop");
  const nested = new ExceptionGroup([
    cancelled,
    new ExceptionGroup([cancelled, new Error("first")]),
    new Error("second"),
  ]);

  const messages = [nested, new ExceptionGroup([cancelled]), new ExceptionGroup([])].map(({ message }) => message);

  expect(messages).toEqual([
    "unhandled errors in a task group (3): first",
    "unhandled errors in a task group (1): cancelled: stop",
    "unhandled errors in a task group (0)",
  ]);
});
