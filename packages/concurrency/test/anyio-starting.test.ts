import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import { CancelScope, shielded, sleep, sleepForever, taskGroup } from "../src/index.ts";
import { thrownBy, virtually } from "./virtually.ts";

test(covers("AG-110"), async () => {
  const inner = new CancelScope();
  const log: string[] = [];

  const isCancelled = await virtually(() =>
    taskGroup(async (group) => {
      await inner.run(async () => {
        inner.cancel();
        await group.start(async () => {
          log.push("begun");
          await sleepForever();
        });
        log.push("not reached");
      });
      return group.scope.cancelCalled;
    }),
  );

  expect(log).toEqual(["begun"]);
  expect(inner.cancelledCaught).toBe(true);
  expect(isCancelled).toBe(false);
});

test(covers("AG-111"), async () => {
  const seen = await virtually(() =>
    taskGroup(async (group) => {
      const handle = group.startHandle<number, number>(async (status) => {
        await sleep(1);
        status.started(3);
        await sleep(1);
        return 9;
      });
      const early = handle.startValue;
      return [early, await handle.started, handle.startValue, handle.status, await handle, handle.status];
    }),
  );

  expect(seen).toEqual([undefined, 3, 3, "pending", 9, "finished"]);
});

test(covers("AG-112"), async () => {
  const log: string[] = [];

  const seen = await virtually(() =>
    taskGroup(async (group) => {
      const handle = group.startHandle<void, number>(async (status) => {
        status.started(3);
        await sleepForever().finally(() => log.push("child stopped"));
      });
      await handle.started;
      handle.cancel();
      await handle.wait();
      return [handle.startValue, handle.status, group.scope.cancelCalled];
    }),
  );

  expect(log).toEqual(["child stopped"]);
  expect(seen).toEqual([3, "cancelled", false]);
});

test(covers("AG-122"), async () => {
  const starting = new CancelScope();
  const log: string[] = [];

  await virtually((runtime) =>
    taskGroup(async (group) => {
      group.startSoon(() => runtime.waitAllTasksBlocked().then(() => starting.cancel()));
      await starting.run(async () => {
        await group.start(async () => {
          await shielded(() => sleep(50));
          log.push(`shielded until ${runtime.now()}`);
          const thrown = await thrownBy(() => sleep(50));
          log.push(`${(thrown as Error).name} at ${runtime.now()}`);
          throw thrown;
        });
        log.push("not reached");
      });
      log.push(`the starter went on at ${runtime.now()}`);
    }),
  );

  expect(log).toEqual(["shielded until 50", "CancelledError at 50", "the starter went on at 50"]);
  expect(starting.cancelledCaught).toBe(true);
});
