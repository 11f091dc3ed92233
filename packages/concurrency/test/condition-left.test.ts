import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import { Condition, sleep, taskGroup } from "../src/index.ts";
import { drained, thrownBy, virtually, watchRejections } from "./virtually.ts";

/** Waits in a block that is left before the wait has ended; the task lives on until the wait has thrown. */
async function waitAndLeave(condition: Condition, delay: number, log: unknown[]): Promise<void> {
  let waiting: Promise<unknown>;
  {
    using _hold = await condition.acquire();
    waiting = thrownBy(() => condition.wait());
    await sleep(delay);
  }
  log.push(await waiting);
}

test(covers("SY-24"), async () => {
  const condition = new Condition();
  const log: unknown[] = [];

  await virtually(() =>
    taskGroup(async (group) => {
      group.startSoon(() => waitAndLeave(condition, 1, log));
      await sleep(2);
      log.push(condition.statistics().tasksWaiting);
      group.startSoon(() => condition.withLock(() => condition.wait().then(() => log.push("the other woke"))));
      await sleep(1);
      await condition.withLock(() => condition.notify());
    }),
  );

  expect(log).toMatchObject([
    {
      code: "RESOURCE_NOT_HELD",
      message:
        "wait() under a lock, which the task released meanwhile; await the wait in the block that holds the lock",
    },
    0,
    "the other woke",
  ]);
});

test("a notified wait whose block is left while it waits for the lock passes the notification on", async () => {
  const condition = new Condition();
  const log: unknown[] = [];

  await virtually(() =>
    taskGroup(async (group) => {
      group.startSoon(() => waitAndLeave(condition, 3, log));
      await sleep(1);
      group.startSoon(() => condition.withLock(() => condition.wait().then(() => log.push("the other woke"))));
      await sleep(1);
      await condition.withLock(() => {
        condition.notify();
        return sleep(5);
      });
    }),
  );

  expect(log).toMatchObject([{ code: "RESOURCE_NOT_HELD" }, "the other woke"]);
});

test("waitFor() does not look again once its block has been left", async () => {
  using rejections = watchRejections();
  const condition = new Condition();
  let looks = 0;

  await virtually(() =>
    taskGroup(async (group) => {
      group.startSoon(async () => {
        using _hold = await condition.acquire();
        await Promise.race([condition.waitFor(() => ++looks < 0), sleep(1)]);
      });
      await sleep(2);
      await condition.withLock(() => condition.notifyAll());
    }),
  );
  await drained();

  expect(looks).toBe(1);
  expect(rejections.reasons).toEqual([]);
});
