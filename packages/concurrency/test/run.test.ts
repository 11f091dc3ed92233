import { getEventListeners } from "node:events";
import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import {
  CancelledError,
  CancelScope,
  currentTask,
  currentTime,
  Event,
  failAfter,
  moveOnAfter,
  run,
  runDetached,
  shielded,
  sleep,
  systemRuntime,
  taskGroup,
  type TaskInfo,
} from "../src/index.ts";
import { VirtualRuntime } from "../src/testing/index.ts";
import { thrownBy, virtually } from "./virtually.ts";

test(covers("TK-1"), async () => {
  const log: string[] = [];
  const failure = new Error("failure");

  const value = await virtually(async () => {
    await taskGroup((group) => {
      group.startSoon(() => sleep(10).then(() => log.push("child")));
    });
    return "value";
  });
  const thrown = await thrownBy(() => virtually(() => Promise.reject(failure)));

  expect(value).toBe("value");
  expect(log).toEqual(["child"]);
  expect(thrown).toBe(failure);
});

test(covers("TK-2"), async () => {
  const controller = new AbortController();
  const log: string[] = [];
  const reason = new Error("shutdown");

  const running = virtually(
    async () => {
      try {
        await sleep(Infinity);
      } finally {
        log.push("unwound");
      }
    },
    { signal: controller.signal, name: "request" },
  );
  controller.abort(reason);
  const thrown = await thrownBy(() => running);

  expect(thrown).toMatchObject({ code: "TASK_CANCELLED", source: "signal", reason, scopeName: "request" });
  expect(log).toEqual(["unwound"]);
});

test("a root task whose signal has aborted already runs to its first cancel point", async () => {
  const log: string[] = [];

  const thrown = await thrownBy(() =>
    virtually(
      async () => {
        log.push("started");
        await sleep(1);
        log.push("not reached");
      },
      { signal: AbortSignal.abort("no more") },
    ),
  );

  expect(thrown).toMatchObject({ code: "TASK_CANCELLED", reason: "no more" });
  expect(log).toEqual(["started"]);
});

test("a root task leaves no listener on its signal, however it ends", async () => {
  const { signal } = new AbortController();

  await virtually(() => sleep(1), { signal });
  await thrownBy(() => virtually(() => Promise.reject(new Error("failure")), { signal }));
  await thrownBy(() => run(() => new Event().wait(), { signal, runtime: new VirtualRuntime() }));

  expect(getEventListeners(signal, "abort")).toEqual([]);
});

test("a root task that catches its cancellation and returns gives its value", async () => {
  const value = await virtually(() => sleep(1).catch(() => "cleaned up"), { signal: AbortSignal.abort() });

  expect(value).toBe("cleaned up");
});

test(covers("TK-3"), async () => {
  const seen: TaskInfo[] = [];

  const parent = await virtually(async () => {
    seen.push(currentTask());
    await sleep(1);
    seen.push(currentTask());
    await taskGroup((group) => {
      group.startSoon(() => seen.push(currentTask()), { name: "child" });
    });
    return currentTask();
  });

  expect(seen[0]).toBe(parent);
  expect(seen[1]).toBe(parent);
  expect(seen[2]).toMatchObject({ name: "child", parentId: parent.id });
  expect(parent).not.toHaveProperty("parentId");
});

test(covers("TK-4"), async () => {
  const naming = await thrownBy(() => currentTask());
  const entering = await thrownBy(() => new CancelScope().enter());

  expect(naming).toMatchObject({ code: "NO_TASK", hint: "wrap the request in run()" });
  expect(entering).toMatchObject({ code: "NO_TASK" });
});

test(covers("TK-5"), async () => {
  const names = await Promise.all([
    taskGroup(() => currentTask().parentId),
    new CancelScope().run(() => currentTask().parentId),
    failAfter(1_000, () => currentTask().parentId),
    moveOnAfter(1_000, () => currentTask().parentId),
    shielded(() => currentTask().parentId),
  ]);

  expect(names).toEqual([undefined, undefined, undefined, undefined, undefined]);
});

test("waits and events work outside every task", async () => {
  const event = new Event();

  const waiting = event.wait();
  await sleep(1);
  event.set();
  await waiting;

  expect(event.statistics()).toEqual({ tasksWaiting: 0 });
});

test(covers("TK-6"), async () => {
  const gate = Promise.withResolvers<void>();
  let late: Promise<unknown> = Promise.resolve();

  await virtually(
    () => {
      late = gate.promise.then(() => Promise.all([sleep(1), new CancelScope().run(() => sleep(1))]));
    },
    { name: "request" },
  );
  gate.resolve();
  const thrown = await thrownBy(() => late);

  expect(thrown).toMatchObject({ code: "TASK_FINISHED", task: { name: "request" } });
  expect((thrown as Error).message).toBe(
    'sleep(1) in code that outlived its task: task "request" has already finished',
  );
});

test("a task started with run() inside another is a root of its own on the same runtime", async () => {
  const result = await virtually(async (runtime) => {
    const scope = new CancelScope();
    return await scope.run(async () => {
      const inner = run(async () => {
        await sleep(5);
        return { task: currentTask(), now: runtime.now() };
      });
      scope.cancel();
      return await inner;
    });
  });

  expect(result?.task).not.toHaveProperty("parentId");
  expect(result?.now).toBe(5);
});

test("a task is named after its option, its function, or its id", async () => {
  const runtime = new VirtualRuntime();

  const names = [
    await run(() => currentTask().name, { name: "named", runtime }),
    await run(nameOfTask, { runtime }),
    await run(() => currentTask().name, { runtime }),
  ];

  expect(names).toEqual(["named", "nameOfTask", "task-3"]);
});

function nameOfTask(): string {
  return currentTask().name;
}

test("task infos are equal only when they are of the same task", async () => {
  const [first, second] = await virtually(() =>
    taskGroup((group) => [group.startSoon(sleepy), group.startSoon(sleepy)]),
  );

  expect(first?.task).toBe(first?.task);
  expect(first?.task).not.toBe(second?.task);
  expect(first?.task.id).not.toBe(second?.task.id);
});

function sleepy(): Promise<void> {
  return sleep(1);
}

test("hasPendingCancellation() tells whether the next cancel point of the calling code would throw", async () => {
  const scope = new CancelScope();
  const seen: boolean[] = [];
  const look = (): void => void seen.push(currentTask().hasPendingCancellation());

  const task = await virtually(async () => {
    await scope.run(async () => {
      look();
      scope.cancel();
      look();
      await shielded(look);
      look();
    });
    look();
    return currentTask();
  });

  expect(seen).toEqual([false, true, false, true, false]);
  expect(task.hasPendingCancellation()).toBe(false);
});

test("a root task that throws undefined rejects with undefined, and is not taken for cancelled", async () => {
  const thrown = await thrownBy(() => virtually(() => Promise.reject()));

  expect(thrown).toBeUndefined();
});

test("a task may return any thenable, also one that breaks the rules", async () => {
  const twice = {
    // oxlint-disable-next-line unicorn/no-thenable
    then(resolve: (value: string) => void, reject: (error: unknown) => void): void {
      resolve("first");
      reject(new Error("second"));
      throw new Error("third");
    },
  };
  const throws = {
    // oxlint-disable-next-line unicorn/no-thenable
    get then(): never {
      throw new Error("no then");
    },
  };

  const value = await virtually(() => twice as PromiseLike<string>);
  const thrown = await thrownBy(() => virtually(() => throws));

  expect(value).toBe("first");
  expect(thrown).toMatchObject({ message: "no then" });
});

test("a runtime is told of each root task when it starts and when it is done", async () => {
  const log: string[] = [];
  class Telling extends VirtualRuntime {
    override adopt(root: TaskInfo, fail: (error: unknown) => void): void {
      log.push(`adopt ${root.name}`);
      super.adopt(root, fail);
    }
    override release(root: TaskInfo): void {
      log.push(`release ${root.name}`);
      super.release(root);
    }
  }

  await run(() => taskGroup((group) => void group.startSoon(() => sleep(1))), { runtime: new Telling(), name: "root" });

  expect(log).toEqual(["adopt root", "release root"]);
});

test("a cancelled root task throws one bare CancelledError", async () => {
  const thrown = await thrownBy(() =>
    virtually(() => taskGroup((group) => void group.startSoon(() => sleep(10))), { signal: AbortSignal.abort() }),
  );

  expect(thrown).toBeInstanceOf(CancelledError);
});

test("code started with runDetached() runs outside every task", async () => {
  const thrown = await virtually(() => runDetached(() => thrownBy(() => currentTask())));

  expect(thrown).toMatchObject({ code: "NO_TASK" });
});

test("currentTime() is the clock of the task's runtime, and the system's outside every task", async () => {
  const runtime = new VirtualRuntime();

  const inside = await run(() => sleep(60_000).then(currentTime), { runtime });

  expect(inside).toBe(60_000);
  expect(currentTime()).toBeGreaterThan(0);
  expect(currentTime()).toBeLessThanOrEqual(systemRuntime.now());
});
