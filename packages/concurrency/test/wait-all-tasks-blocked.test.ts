import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import { CancelScope, checkpoint, Event, isCancelled, moveOnAfter, run, sleep, taskGroup } from "../src/index.ts";
import { systemRuntime } from "../src/system-runtime.ts";
import { runVirtually, VirtualRuntime, waitAllTasksBlocked } from "../src/testing/index.ts";
import { thrownBy } from "./virtually.ts";

test(covers("TT-1"), async () => {
  const log: string[] = [];

  await runVirtually((runtime) =>
    taskGroup((group) => {
      const note = (what: string) => (): void => void log.push(`${runtime.now()} ${what}`);
      for (const watcher of [1, 2]) {
        group.startSoon(async () => {
          await waitAllTasksBlocked();
          note(`watcher ${watcher}`)();
          await checkpoint();
          note(`watcher ${watcher} went on`)();
        });
      }
      group.startSoon(async () => {
        for (let turn = 0; turn < 150; turn++) await checkpoint();
        note("paused")();
        await sleep(5);
        note("slept")();
      });
    }),
  );

  expect(log).toEqual([
    "0 paused",
    "0 watcher 1",
    "0 watcher 2",
    "0 watcher 1 went on",
    "0 watcher 2 went on",
    "5 slept",
  ]);
});

test(covers("TT-2"), async () => {
  await runVirtually(() =>
    taskGroup(async (group) => {
      const handle = group.startSoon(() => new CancelScope({ deadline: -1 }).run(() => sleep(10)));

      await waitAllTasksBlocked();

      expect(handle.status).toBe("finished");
    }),
  );
});

test("timers that are due are not waiting", async () => {
  const log: string[] = [];

  await runVirtually(async (runtime) => {
    runtime.setTimer(runtime.now(), () => log.push("timer"));
    await waitAllTasksBlocked();
    log.push("blocked");
  });

  expect(log).toEqual(["timer", "blocked"]);
});

test("it can be waited for again and again, each time for what has been woken since", async () => {
  const log: string[] = [];
  const event = new Event();

  await runVirtually(() =>
    taskGroup(async (group) => {
      group.startSoon(async () => {
        log.push("waits");
        await event.wait();
        log.push("woke");
      });
      await waitAllTasksBlocked();
      log.push("first");
      event.set();
      await waitAllTasksBlocked();
      log.push("second");
    }),
  );

  expect(log).toEqual(["waits", "first", "woke", "second"]);
});

test("tasks that wait for each other and for real work are waiting", async () => {
  const work = Promise.withResolvers<void>();

  await runVirtually((runtime) =>
    taskGroup(async (group) => {
      const inner = group.startSoon(() => runtime.external(work.promise));
      group.startSoon(() => inner.wait());
      await waitAllTasksBlocked();
      work.resolve();
    }),
  );

  await expect(work.promise).resolves.toBeUndefined();
});

test("code outside the runtime may wait for its tasks, and goes on before the clock jumps", async () => {
  const runtime = new VirtualRuntime();

  const running = run(() => sleep(100), { runtime });
  await runtime.waitAllTasksBlocked();
  const early = runtime.now();
  await running;

  expect(early).toBe(0);
  expect(runtime.now()).toBe(100);
});

test("code outside the runtime goes on before the clock jumps also where the event loop has to turn for it first", async () => {
  const runtime = new VirtualRuntime();

  const running = run(() => sleep(100), { runtime });
  const blocked = runtime.waitAllTasksBlocked();
  for (let turn = systemRuntime.owedTurn?.(); turn === undefined; turn = systemRuntime.owedTurn?.());
  await blocked;
  const early = runtime.now();
  await running;

  expect(early).toBe(0);
});

test("it is a cancel point, and a wait that was cancelled is forgotten", async () => {
  const thrown: unknown[] = [];

  await runVirtually(() =>
    taskGroup(async (group) => {
      group.startSoon(async () => {
        for (let turn = 0; turn < 10; turn++) await checkpoint();
      });
      group.startSoon(() => waitAllTasksBlocked().catch((error: unknown) => thrown.push(error)));
      await checkpoint();
      group.cancel();
    }),
  );
  await runVirtually(() => moveOnAfter(0, () => waitAllTasksBlocked().catch((error: unknown) => thrown.push(error))));

  expect(thrown.map(isCancelled)).toEqual([true, true]);
});

test(covers("TT-3"), async () => {
  const inside = await run(() => thrownBy(() => waitAllTasksBlocked()));
  const outside = await thrownBy(() => waitAllTasksBlocked());

  expect(inside).toBeInstanceOf(TypeError);
  expect((outside as Error).message).toBe(
    "waitAllTasksBlocked() needs a virtual runtime, and this code runs on the system one; start it with runVirtually()",
  );
});
