import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import { type ExceptionGroup, shielded, sleep, sleepForever, taskGroup, type TaskHandle } from "../src/index.ts";
import { thrownBy, virtually } from "./virtually.ts";

/** What reading a handle gives: its value, its error, and what awaiting it does. */
async function reading(handle: TaskHandle<unknown>): Promise<unknown[]> {
  const reads = [() => handle.result(), () => handle.error(), () => handle];
  return await Promise.all(reads.map((read) => thrownBy(read)));
}

test(covers("AG-125"), async () => {
  const errors = await virtually(() =>
    taskGroup((group) =>
      Promise.all(
        [Promise.resolve(), undefined, null, "fetch"].map((what) => thrownBy(() => group.startSoon(what as never))),
      ),
    ),
  );

  for (const error of errors) expect(error).toBeInstanceOf(TypeError);
  expect(errors.map((error) => (error as Error).message)).toEqual(
    ["object", "undefined", "null", "string"].map(
      (found) => `startSoon() takes an async function, and ${found} is not one`,
    ),
  );
});

test(covers("AG-126"), async () => {
  const seen = await virtually(() =>
    taskGroup(async (group) => {
      const handle = group.startSoon(() => sleep(1).then(() => 6), { name: "six" });
      const early = [await thrownBy(() => handle.result()), await thrownBy(() => handle.error())];
      const pending = [handle.status, Object.prototype.toString.call(handle)];
      const value = await handle;
      return {
        early,
        pending,
        value,
        late: [handle.result(), handle.error(), handle.status, Object.prototype.toString.call(handle)],
      };
    }),
  );

  for (const error of seen.early) {
    expect(error).toMatchObject({ code: "TASK_NOT_FINISHED", task: { name: "six" } });
    expect((error as Error).message).toContain("has not finished yet");
  }
  expect(seen.pending).toEqual(["pending", '[object TaskHandle "six" pending]']);
  expect(seen.value).toBe(6);
  expect(seen.late).toEqual([6, undefined, "finished", '[object TaskHandle "six" finished]']);
});

test(covers("AG-127"), async () => {
  const failure = new Error("failure");
  const seen: unknown[] = [];

  const thrown = await thrownBy(() =>
    virtually(() =>
      taskGroup(async (group) => {
        const handle = group.startSoon(() => Promise.reject(failure), { name: "six" });
        seen.push(await thrownBy(() => handle), await thrownBy(() => handle.result()));
        seen.push(handle.status, handle.error());
      }),
    ),
  );

  const failed = { code: "TASK_FAILED", message: 'task "six" raised an error', cause: failure };
  expect(seen).toMatchObject([failed, failed, "failed", failure]);
  expect(seen[3]).toBe(failure);
  expect((thrown as ExceptionGroup).errors).toEqual([failure]);
});

test(covers("AG-128"), async () => {
  const thrownThings = [{ exitCode: 5 }, 5, undefined];

  for (const thing of thrownThings) {
    const seen: unknown[] = [];

    const thrown = await thrownBy(() =>
      virtually(() =>
        taskGroup(async (group) => {
          const handle = group.startSoon(() => Promise.reject(thing));
          seen.push(await thrownBy(() => handle), handle.status);
        }),
      ),
    );

    expect(seen).toMatchObject([{ code: "TASK_FAILED" }, "failed"]);
    expect((seen[0] as Error).cause).toBe(thing);
    expect((thrown as ExceptionGroup).errors).toEqual([thing]);
  }
});

test(covers("AG-129"), async () => {
  for (const isRunning of [true, false]) {
    const log: string[] = [];

    const seen = await virtually((runtime) =>
      taskGroup(async (group) => {
        const handle = group.startSoon(async () => {
          log.push("begun");
          try {
            await sleepForever();
          } finally {
            await shielded(() => sleep(1));
          }
        });
        if (isRunning) await runtime.waitAllTasksBlocked();
        handle.cancel();
        const statuses = [handle.status];
        const early = [await thrownBy(() => handle.result()), await thrownBy(() => handle.error())];
        const awaited = await thrownBy(() => handle);
        statuses.push(handle.status);
        return { statuses, early, late: [awaited, ...(await reading(handle))], isCancelled: group.scope.cancelCalled };
      }),
    );

    const cancelled = { code: "TASK_WAS_CANCELLED", cause: { code: "TASK_CANCELLED", source: "explicit" } };
    expect(log).toEqual(["begun"]);
    expect(seen.statuses).toEqual(["cancelling", "cancelled"]);
    expect(seen.early).toMatchObject([{ code: "TASK_NOT_FINISHED" }, { code: "TASK_NOT_FINISHED" }]);
    expect(seen.late).toMatchObject([cancelled, cancelled, cancelled, cancelled]);
    expect((seen.late[0] as Error).message).toContain("was cancelled");
    expect(seen.isCancelled).toBe(false);
  }
});

test(covers("AG-131"), async () => {
  const log: string[] = [];

  await thrownBy(() =>
    virtually((runtime) =>
      taskGroup((group) =>
        shielded(async () => {
          const handle = group.startSoon(() => sleep(5).then(() => Promise.reject(new Error("failure"))));
          for (let times = 0; times < 2; times++) {
            await handle.wait();
            log.push(`${handle.status} at ${runtime.now()}`);
          }
        }),
      ),
    ),
  );

  expect(log).toEqual(["failed at 5", "failed at 5"]);
});
