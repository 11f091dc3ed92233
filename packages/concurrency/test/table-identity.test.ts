import { getEventListeners } from "node:events";
import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import {
  cancellable,
  CancelScope,
  checkpoint,
  currentEffectiveDeadline,
  currentTask,
  failAfter,
  gather,
  moveOnAfter,
  openDeadline,
  run,
  runningTasks,
  type ScopeWrongTaskError,
  shielded,
  sleep,
  sleepForever,
  taskGroup,
  type TaskInfo,
} from "../src/index.ts";
import { thrownBy, virtually } from "./virtually.ts";

test(covers("SI-2"), async () => {
  const controller = new AbortController();
  const { signal } = controller;
  const late = new CancelScope({ signal });
  const counts: number[] = [];

  await virtually(() =>
    new CancelScope({ signal }).run(async () => {
      const entered = new CancelScope({ signal }).enter();
      counts.push(getEventListeners(signal, "abort").length);
      entered.exit();
      counts.push(getEventListeners(signal, "abort").length);
    }),
  );
  counts.push(getEventListeners(signal, "abort").length);
  await virtually((runtime) => {
    runtime.setTimer(1, () => controller.abort());
    return late.run(() => sleepForever());
  });

  expect(counts).toEqual([1, 1, 0]);
  expect(late.cancelledCaught).toBe(true);
});

test(covers("SI-6"), async () => {
  const controller = new AbortController();
  const left: CancelScope[] = [];
  const outgoing: AbortSignal[] = [];

  await virtually(() => {
    const scope = new CancelScope({ signal: controller.signal }).enter();
    left.push(scope);
    outgoing.push(scope.signal);
  });
  await virtually(() =>
    thrownBy(() =>
      new CancelScope().run(() => {
        left.push(new CancelScope({ signal: controller.signal }).enter());
      }),
    ),
  );
  const listeners = getEventListeners(controller.signal, "abort").length;
  controller.abort();

  expect(listeners).toBe(0);
  expect(left.map((scope) => scope.cancelCalled)).toEqual([false, false]);
  expect(outgoing.map(({ aborted }) => aborted)).toEqual([false]);
});

test(covers("SI-7"), async () => {
  const controller = new AbortController();
  const { signal } = controller;
  const scopes = Array.from({ length: 100 }, () => new CancelScope({ signal }));

  const roots = Array.from({ length: 100 }, () => thrownBy(() => run(() => sleepForever(), { signal })));
  const [during, after] = await virtually(async () => {
    await new CancelScope({ signal }).run(() => checkpoint());
    const running = scopes.map((scope) => scope.run(() => sleepForever()));
    const count = getEventListeners(signal, "abort").length;
    controller.abort("shutdown");
    await Promise.all(running);
    return [count, getEventListeners(signal, "abort").length];
  });

  expect([during, after]).toEqual([1, 0]);
  expect(scopes.every((scope) => scope.cancelledCaught)).toBe(true);
  expect(await Promise.all(roots)).toEqual(
    Array(100).fill(expect.objectContaining({ source: "signal", reason: "shutdown" })),
  );
});

test(covers("TK-9"), async () => {
  const notFunctions = [undefined, null, "fetch", Promise.resolve()];
  const signal = { aborted: true } as AbortSignal;
  const calls = notFunctions.flatMap((what) => [
    () => run(what as never),
    () => new CancelScope().run(what as never),
    () => taskGroup(what as never),
    () => failAfter(5, what as never),
    () => moveOnAfter(5, what as never),
  ]);
  const scope = new CancelScope();

  const errors = await Promise.all(
    [...calls, () => run(() => "value", { signal }), () => new CancelScope({ signal })].map((call) => thrownBy(call)),
  );
  await thrownBy(() => scope.run(undefined as never));
  const afterwards = await scope.run(() => "still unused");

  for (const error of errors) expect(error).toBeInstanceOf(TypeError);
  expect(errors.slice(0, 2).map((error) => (error as Error).message)).toEqual([
    "run() takes an async function, and undefined is not one",
    "scope.run() takes an async function, and undefined is not one",
  ]);
  expect((errors.at(-1) as Error).message).toBe("a signal is an AbortSignal, and object is not one");
  expect(runningTasks()).toEqual([]);
  expect(afterwards).toBe("still unused");
});

test("a generator function, whose call would run nothing, is refused where an async one is meant", async () => {
  const generators: (() => unknown)[] = [
    async function* () {
      yield 1;
    },
    function* () {
      yield 1;
    },
  ];

  const errors = await virtually(() =>
    taskGroup(async (group) => {
      const starts = generators.map((fn) => () => group.startSoon(fn));
      return await Promise.all([...starts, () => run(generators[0] ?? (() => 1))].map((start) => thrownBy(start)));
    }),
  );

  expect(errors).toEqual([
    new TypeError("startSoon() takes an async function, and a generator function is not one"),
    new TypeError("startSoon() takes an async function, and a generator function is not one"),
    new TypeError("run() takes an async function, and a generator function is not one"),
  ]);
});

test("cancellable refuses what is no promise by a rejection", async () => {
  const errors = await Promise.all([5, undefined, null].map((what) => thrownBy(() => cancellable(what as never))));

  expect(errors.map((error) => (error as Error).message)).toEqual(
    ["number", "undefined", "null"].map((found) => `cancellable() takes a promise, and ${found} is not one`),
  );
});

test(covers("TK-7"), async () => {
  const seen = await virtually(() =>
    taskGroup(async (group) => {
      const handles = [1, 2].map(() => group.startSoon(() => checkpoint().then(currentTask)));
      const infos: TaskInfo[] = [];
      for (const handle of handles) infos.push(await handle, handle.task);
      return [currentTask(), currentTask(), ...infos];
    }),
  );

  expect(seen.map((info) => seen.indexOf(info))).toEqual([0, 0, 2, 2, 4, 4]);
  expect(new Set(seen.map(({ id }) => id)).size).toBe(3);
});

test(covers("TK-8"), async () => {
  const seen: boolean[] = [];
  const look = (): void => void seen.push(currentTask().hasPendingCancellation());

  const task = await virtually(() =>
    taskGroup(async (group) => {
      const child = group.startSoon(() => sleepForever());
      await new CancelScope().run(async (scope) => {
        look();
        scope.cancel();
        look();
        await shielded(look);
      });
      look();
      const entered = new CancelScope().enter();
      entered.cancel();
      look();
      entered.exit();
      look();
      seen.push(child.task.hasPendingCancellation());
      child.cancel();
      seen.push(child.task.hasPendingCancellation());
      return child.task;
    }),
  );

  expect(seen).toEqual([false, true, false, false, true, false, false, true]);
  expect(task.hasPendingCancellation()).toBe(false);
});

test(covers("CE-11"), async () => {
  class Client {
    readonly scope = new CancelScope({ name: "client" });
    async connect(): Promise<void> {
      await checkpoint();
      this.scope.enter();
    }
    async close(): Promise<void> {
      await checkpoint();
      this.scope.exit();
    }
  }
  const client = new Client();

  const thrown = await virtually(
    async () => {
      await client.connect();
      const error = await taskGroup(
        async (group) => await group.startSoon(() => thrownBy(() => client.close()), { name: "closer" }),
      );
      await client.close();
      return error as ScopeWrongTaskError;
    },
    { name: "opener" },
  );

  expect(thrown.message).toBe("Attempted to exit cancel scope in a different task than it was entered in");
  expect(thrown).toMatchObject({ code: "SCOPE_WRONG_TASK", host: { name: "opener" }, task: { name: "closer" } });
});

test(covers("U-17"), async () => {
  const call = async (): Promise<TaskInfo> => {
    await checkpoint();
    return currentTask();
  };

  const [caller, together, apart] = await virtually(async () => [
    currentTask(),
    await Promise.all([call(), call()]),
    await gather([call, call]),
  ]);

  expect(together).toEqual([caller, caller]);
  expect(new Set([caller, ...apart]).size).toBe(3);
  expect(apart.map(({ parentId }) => parentId)).toEqual([caller.id, caller.id]);
});

test(covers("U-18"), async () => {
  const deadlines: number[] = [];
  const numbers = async function* (): AsyncGenerator<number> {
    using _limit = await openDeadline(5);
    yield 1;
  };

  const thrown = await virtually(async () => {
    const generator = numbers();
    await generator.next();
    deadlines.push(currentEffectiveDeadline());
    const error = await run(async () => {
      const left = await thrownBy(() => generator.return(undefined));
      deadlines.push(currentEffectiveDeadline());
      await sleep(10);
      return left;
    });
    await sleep(10);
    return error;
  });

  expect(thrown).toMatchObject({ code: "SCOPE_WRONG_TASK" });
  expect(deadlines).toEqual([Infinity, Infinity]);
});
