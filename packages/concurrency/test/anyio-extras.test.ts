import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import {
  CancelScope,
  cancelShieldedCheckpoint,
  checkpoint,
  checkpointIfCancelled,
  currentEffectiveDeadline,
  currentTask,
  Event,
  failAfter,
  run,
  runningTasks,
  shielded,
  sleep,
  sleepUntil,
  taskGroup,
} from "../src/index.ts";
import { thrownBy, virtually } from "./virtually.ts";

interface Seen {
  readonly hasFinished: boolean;
  readonly hasOtherRun: boolean;
}

/** Runs a function in a scope, cancelled or not, beside a task that is ready to run. */
async function beside(fn: () => Promise<void>, isCancelled: boolean): Promise<Seen> {
  let hasFinished = false;
  let hasOtherRun = false;
  let otherHadRun = false;
  await virtually(() =>
    taskGroup(async (group) => {
      group.startSoon(() => void (hasOtherRun = true));
      await new CancelScope().run(async (scope) => {
        if (isCancelled) scope.cancel();
        await fn().finally(() => (otherHadRun = hasOtherRun));
        hasFinished = true;
      });
    }),
  );
  return { hasFinished, hasOtherRun: otherHadRun };
}

test(covers("AX-1"), async () => {
  expect(await beside(checkpointIfCancelled, false)).toEqual({ hasFinished: true, hasOtherRun: false });
  expect(await beside(checkpointIfCancelled, true)).toEqual({ hasFinished: false, hasOtherRun: false });
});

test(covers("AX-2"), async () => {
  expect(await beside(cancelShieldedCheckpoint, false)).toEqual({ hasFinished: true, hasOtherRun: true });
  expect(await beside(cancelShieldedCheckpoint, true)).toEqual({ hasFinished: true, hasOtherRun: true });
});

test(covers("AX-3"), async () => {
  expect(await beside(checkpoint, false)).toEqual({ hasFinished: true, hasOtherRun: true });
  expect((await beside(checkpoint, true)).hasFinished).toBe(false);
});

test("a checkpoint of any kind in code that outlived its task says so", async () => {
  const late = Promise.withResolvers<void>();
  const errors: Promise<unknown>[] = [];

  await virtually(() => {
    const go = (fn: () => Promise<unknown>): Promise<unknown> => late.promise.then(() => thrownBy(fn));
    errors.push(
      go(checkpoint),
      go(checkpointIfCancelled),
      go(() => sleep(1)),
    );
  });
  late.resolve();

  expect((await Promise.all(errors)).map((error) => (error as { code: string }).code)).toEqual(
    Array(3).fill("TASK_FINISHED"),
  );
});

test(covers("AX-4"), async () => {
  const stop = new Event();

  const { during, after, host } = await virtually(async () => {
    const tasksDuring = await taskGroup(async (group) => {
      for (const name of ["first", "second", "third"]) group.startSoon(() => stop.wait(), { name });
      await checkpoint();
      const tasks = runningTasks();
      stop.set();
      return tasks;
    });
    return { during: tasksDuring, after: runningTasks(), host: currentTask() };
  });

  expect(during.map(({ name }) => name)).toEqual([host.name, "first", "second", "third"]);
  expect(during.map(({ parentId }) => parentId)).toEqual([undefined, host.id, host.id, host.id]);
  expect(after).toEqual([host]);
  expect(runningTasks()).toEqual([]);
});

test("the tasks of another runtime are not among those that run", async () => {
  const names = await run(() => virtually(() => runningTasks().map(({ name }) => name), { name: "virtual" }), {
    name: "system",
  });

  expect(names).toEqual(["virtual"]);
});

test(covers("AX-5"), async () => {
  const names = await virtually(() =>
    taskGroup(async (group) => {
      const handles = [group.startSoon(() => 1), group.startSoon(() => 1, { name: "named" }), group.startSoon(work)];
      return handles.map(({ name, task }) => [name, task.id]);
    }),
  );

  expect(names).toEqual([
    [`task-${String(names[0]?.[1])}`, names[0]?.[1]],
    ["named", names[1]?.[1]],
    ["work", names[2]?.[1]],
  ]);
});

async function work(): Promise<void> {}

test(covers("AX-6"), async () => {
  const seen = await virtually(async () => [
    currentEffectiveDeadline(),
    await failAfter(100, () =>
      failAfter(500, async () => [
        currentEffectiveDeadline(),
        await shielded(() => currentEffectiveDeadline()),
        await failAfter(50, () => currentEffectiveDeadline(), { shield: true }),
      ]),
    ),
    await new CancelScope().run(async (scope) => {
      scope.cancel();
      return [currentEffectiveDeadline(), await shielded(() => currentEffectiveDeadline())];
    }),
  ]);

  expect(seen).toEqual([Infinity, [100, Infinity, 50], [-Infinity, Infinity]]);
  expect(currentEffectiveDeadline()).toBe(Infinity);
});

test(covers("AX-7"), async () => {
  const times = await virtually(async (runtime) => {
    await sleepUntil(50);
    const first = runtime.now();
    await sleepUntil(20);
    const stopped = new CancelScope();
    stopped.cancel();
    await stopped.run(() => sleepUntil(20));
    return [first, runtime.now(), stopped.cancelledCaught];
  });

  expect(times).toEqual([50, 50, true]);
  expect(await thrownBy(() => sleepUntil(Number.NaN))).toBeInstanceOf(RangeError);
});
