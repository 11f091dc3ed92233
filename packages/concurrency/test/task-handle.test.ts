import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import { CancelScope, currentTask, moveOnAfter, shielded, sleep, taskGroup } from "../src/index.ts";
import { drained, thrownBy, virtually, watchRejections } from "./virtually.ts";

test(covers("TG-8"), async () => {
  const seen: unknown[] = [];
  const failure = new Error("failure");

  await thrownBy(() =>
    virtually(() =>
      taskGroup(async (group) => {
        const value = group.startSoon(() => sleep(1).then(() => "value"));
        seen.push(await value, value.result());
        const failing = group.startSoon(() => Promise.reject(failure), { name: "failing" });
        seen.push(await thrownBy(() => failing), await thrownBy(() => failing.result()));
      }),
    ),
  );

  expect(seen).toMatchObject([
    "value",
    "value",
    { code: "TASK_FAILED", cause: failure, task: { name: "failing" }, message: 'task "failing" raised an error' },
    { code: "TASK_FAILED", cause: failure },
  ]);
});

test(covers("TG-9"), async () => {
  const log: string[] = [];

  await virtually(() =>
    taskGroup(async (group) => {
      const handle = group.startSoon(() => sleep(100), { name: "victim" });
      group.startSoon(() => sleep(10).then(() => log.push("sibling finished")));
      await sleep(1);
      handle.cancel("enough");
      log.push(String(await thrownBy(() => handle)));
      expect(await thrownBy(() => handle)).toMatchObject({ cause: { reason: "enough", scopeName: "victim" } });
    }),
  );

  expect(log).toEqual(['TaskWasCancelledError: task "victim" was cancelled', "sibling finished"]);
});

test("a handle tells how far its task is", async () => {
  const statuses: string[] = [];

  await thrownBy(() =>
    virtually(() =>
      taskGroup(async (group) => {
        const finished = group.startSoon(() => sleep(1));
        const cancelled = group.startSoon(() => sleep(1));
        const failed = group.startSoon(() => Promise.reject(new Error("failure")));
        const all = [finished, cancelled, failed];
        statuses.push(...all.map(({ status }) => status));
        cancelled.cancel();
        await shielded(() => Promise.all(all.map((handle) => handle.wait())));
        statuses.push(...all.map(({ status }) => status));
      }),
    ),
  );

  expect(statuses).toEqual(["pending", "pending", "pending", "cancelled", "cancelled", "failed"]);
});

test("result() of a task that is still running throws TASK_NOT_FINISHED", async () => {
  const thrown = await virtually(() =>
    taskGroup((group) => {
      const handle = group.startSoon(() => sleep(1), { name: "slow" });
      return thrownBy(() => handle.result());
    }),
  );

  expect(thrown).toMatchObject({ code: "TASK_NOT_FINISHED", task: { name: "slow" }, hint: expect.any(String) });
});

test("a task cancelled before it began starts all the same, and ends at its first cancel point", async () => {
  const log: string[] = [];

  await virtually(() =>
    taskGroup(async (group) => {
      const handle = group.startSoon(async () => {
        log.push("started");
        await sleep(1);
        log.push("not reached");
      });
      handle.cancel();
      await handle.wait();
      log.push(handle.status);
    }),
  );

  expect(log).toEqual(["started", "cancelled"]);
});

test("cancelling a task that is done changes nothing, and warns of nothing", async () => {
  using rejections = watchRejections();

  const status = await virtually(() =>
    taskGroup(async (group) => {
      const handle = group.startSoon(() => "value");
      await handle;
      handle.cancel();
      await sleep(1);
      return handle.status;
    }),
  );
  await drained();

  expect(status).toBe("finished");
  expect(rejections.reasons).toEqual([]);
});

test("a task that catches its cancellation and returns has finished", async () => {
  const value = await virtually(() =>
    taskGroup(async (group) => {
      const handle = group.startSoon(() => sleep(1).catch(() => "cleaned up"));
      handle.cancel();
      return await handle;
    }),
  );

  expect(value).toBe("cleaned up");
});

test("wait() resolves however the task ended, and again at once", async () => {
  const log: string[] = [];

  await thrownBy(() =>
    virtually(() =>
      taskGroup(async (group) => {
        const handle = group.startSoon(() => Promise.reject(new Error("failure")));
        await shielded(async () => {
          await handle.wait();
          await handle.wait();
        });
        log.push(handle.status);
      }),
    ),
  );

  expect(log).toEqual(["failed"]);
});

test("cancelling a wait for a handle leaves the task running", async () => {
  const value = await virtually(() =>
    taskGroup(async (group) => {
      const handle = group.startSoon(() => sleep(10).then(() => "value"));
      await moveOnAfter(1, () => handle.wait());
      return await handle;
    }),
  );

  expect(value).toBe("value");
});

test("awaiting a handle is a cancel point, also when the task is done", async () => {
  const log: string[] = [];

  await virtually(() =>
    taskGroup(async (group) => {
      const handle = group.startSoon(() => "value");
      await handle;
      await new CancelScope().run(async (scope) => {
        scope.cancel();
        await handle;
        log.push("not reached");
      });
    }),
  );

  expect(log).toEqual([]);
});

test("a handle can be awaited outside every task and by other tasks", async () => {
  const handle = await virtually(() =>
    taskGroup(async (group) => {
      const first = group.startSoon(() => sleep(5).then(() => "value"));
      const second = group.startSoon(async () => `${await first}, seen by ${currentTask().name}`, { name: "second" });
      expect(await second).toBe("value, seen by second");
      return () => first;
    }),
  );

  expect(await handle()).toBe("value");
});

test("the body of a cancelled child's awaiter gets TASK_WAS_CANCELLED inside a shield", async () => {
  const seen: unknown[] = [];

  await virtually(() =>
    taskGroup(async (group) => {
      const handle = group.startSoon(() => sleep(100));
      group.cancel("stop");
      seen.push(await shielded(() => thrownBy(() => handle)));
    }),
  );

  expect(seen).toMatchObject([{ code: "TASK_WAS_CANCELLED", cause: { code: "TASK_CANCELLED", reason: "stop" } }]);
});
