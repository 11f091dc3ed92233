import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import { type ExceptionGroup, sleep, taskGroup, type TaskGroup } from "../src/index.ts";
import { thrownBy, virtually } from "./virtually.ts";

test(covers("AG-6"), async () => {
  const thrown = await virtually(async () => {
    const open: TaskGroup[] = [];
    await taskGroup((group) => void open.push(group));
    return await thrownBy(() => open[0]?.start((status) => status.started()));
  });

  expect(thrown).toMatchObject({ code: "TASK_GROUP_CLOSED" });
  expect((thrown as Error).message).toContain("this task group is not active");
});

test(covers("AG-7"), async () => {
  const value = await virtually(() => taskGroup((group) => group.start(async (status) => status.started())));

  expect(value).toBeUndefined();
});

test(covers("AG-8"), async () => {
  const thrown: unknown[] = [];

  const value = await virtually(() =>
    taskGroup((group) =>
      group.start<string>(async (status) => {
        status.started("first");
        thrown.push(await thrownBy(() => status.started("second")));
      }),
    ),
  );

  expect(thrown).toMatchObject([{ code: "TASK_STARTED", message: "called 'started' twice on the same task status" }]);
  expect(value).toBe("first");
});

test(covers("AG-9"), async () => {
  const values = await virtually(() =>
    taskGroup(async (group) => {
      const handle = group.startHandle<number, number>((status) => {
        status.started(5);
        return Promise.resolve(8);
      });
      await handle.started;
      return [handle.startValue, await handle];
    }),
  );

  expect(values).toEqual([5, 8]);
});

test(covers("AG-10"), async () => {
  const values: number[] = [];

  const thrown = await thrownBy(() =>
    virtually(() =>
      taskGroup(async (group) => {
        const value = await group.start<number>((status) => {
          status.started(1);
          status.started(2);
          return Promise.resolve();
        });
        values.push(value);
      }),
    ),
  );

  expect(values).toEqual([1]);
  expect((thrown as ExceptionGroup).errors).toMatchObject([
    { code: "TASK_STARTED", message: "called 'started' twice on the same task status" },
  ]);
});

test(covers("AG-11"), async () => {
  const log: string[] = [];

  await virtually(() =>
    taskGroup(async (group) => {
      const starting = group.start(async (status) => {
        log.push("begun");
        status.started();
      });
      group.cancel();
      await starting;
      log.push("not reached");
    }),
  );

  expect(log).toEqual(["begun"]);
});

test(covers("AG-12"), async () => {
  const value = await virtually(() =>
    taskGroup((group) => group.start<string>(async (status) => status.started("foo"))),
  );

  expect(value).toBe("foo");
});

test(covers("AG-13"), async () => {
  const failure = new Error("foo");

  const thrown = await virtually(() =>
    taskGroup((group) => thrownBy(() => group.start(() => Promise.reject(failure)))),
  );

  expect(thrown).toBe(failure);
});

test(covers("AG-14"), async () => {
  const values: number[] = [];

  const thrown = await thrownBy(() =>
    virtually(() =>
      taskGroup(async (group) => {
        const value = await group.start<number>(async (status) => {
          status.started(2);
          throw new Error("foo");
        });
        values.push(value);
      }),
    ),
  );

  expect(values).toEqual([2]);
  expect((thrown as ExceptionGroup).errors).toEqual([new Error("foo")]);
});

test(covers("AG-15"), async () => {
  const thrown = await virtually(() => taskGroup((group) => thrownBy(() => group.start(() => sleep(1)))));

  expect(thrown).toMatchObject({ code: "TASK_NOT_STARTED" });
  expect((thrown as Error).message).toMatch(/hild exited/);
});

test(covers("AG-16"), async () => {
  const log: string[] = [];

  await virtually(() =>
    taskGroup(async (group) => {
      group.cancel();
      await group.start(async () => {
        log.push("begun");
        await sleep(2);
        log.push("not reached");
      });
      log.push("not reached");
    }),
  );

  expect(log).toEqual(["begun"]);
});

test(covers("AG-17"), async () => {
  const controller = new AbortController();
  const log: string[] = [];
  const begin = async (): Promise<void> => {
    log.push("begun");
    await sleep(100).finally(() => log.push("child stopped"));
    log.push("not reached");
  };

  const thrown = await thrownBy(() =>
    virtually(
      () =>
        taskGroup(async (group) => {
          group.startSoon(() => sleep(1).then(() => controller.abort("by hand")));
          await group.start(begin).finally(() => log.push("starter stopped"));
          log.push("not reached");
        }),
      { signal: controller.signal },
    ),
  );

  expect(log).toEqual(["begun", "child stopped", "starter stopped"]);
  expect(thrown).toMatchObject({ code: "TASK_CANCELLED", source: "signal", reason: "by hand" });
});

test(covers("AG-22"), async () => {
  const starts = [
    (group: TaskGroup) => group.start(undefined as never),
    (group: TaskGroup) => group.startHandle(undefined as never).started,
  ];

  const thrown = await Promise.all(starts.map((start) => thrownBy(() => virtually(() => taskGroup(start)))));
  const value = await virtually(() => taskGroup((group) => group.start<string>((status) => status.started("hello"))));

  for (const error of thrown) {
    expect(error).toMatchObject({ code: "EXCEPTION_GROUP", errors: [expect.any(TypeError)] });
    expect((error as Error).message).toMatch(/start(Handle)?\(\) takes an async function, and undefined is not one/);
  }
  expect(value).toBe("hello");
});

test(covers("AG-23"), async () => {
  const log: string[] = [];

  const thrown = await thrownBy(() =>
    virtually(() =>
      taskGroup((outer) =>
        taskGroup(async (inner) => {
          inner.startSoon(() => sleep(1).then(() => Promise.reject(new Error("this cancels the start"))));
          await outer.start(async (status) => {
            await sleep(100);
            status.started();
            log.push("not reached");
          });
        }),
      ),
    ),
  );

  expect(thrown).toMatchObject({
    errors: [{ code: "EXCEPTION_GROUP", errors: [{ message: "this cancels the start" }] }],
  });
  expect((thrown as ExceptionGroup).errors).toHaveLength(1);
  expect((thrown as ExceptionGroup).errors[0].errors).toHaveLength(1);
  expect(log).toEqual([]);
});
