import { currentTime, run, sleep } from "@holdfast/concurrency";
import { VirtualRuntime } from "@holdfast/concurrency/testing";
import { expect, test } from "vitest";
import { Deadlines, type Due } from "../src/deadlines.ts";

/** Runs on virtual time, and gives what expired and when. */
async function expiries(
  body: (deadlines: Deadlines, due: (name: string) => Due) => Promise<void>,
): Promise<[name: string, at: number][]> {
  const expired: [string, number][] = [];
  const runtime = new VirtualRuntime();
  await run(
    async () => {
      const deadlines = new Deadlines();
      deadlines.begin();
      await body(deadlines, (name) => ({ due: 0, expire: () => void expired.push([name, currentTime()]) }));
      await deadlines.end();
    },
    { runtime },
  );
  runtime.assertIdle();
  return expired;
}

test("each call expires when its own limit is over, in whatever order they came", async () => {
  const expired = await expiries(async (deadlines, due) => {
    deadlines.add(due("long"), 1_000);
    deadlines.add(due("short"), 100);
    await sleep(50);
    deadlines.add(due("shorter"), 10);
    deadlines.add(due("long too"), 1_000);
    await sleep(5_000);
  });

  expect(expired).toEqual([
    ["shorter", 60],
    ["short", 100],
    ["long", 1_000],
    ["long too", 1_050],
  ]);
});

test("what has been answered does not expire, and removing it again does nothing", async () => {
  const expired = await expiries(async (deadlines, due) => {
    const answered = deadlines.add(due("answered"), 100);
    deadlines.add(due("waits"), 100);
    await sleep(50);
    deadlines.remove(answered);
    await sleep(100);
    deadlines.remove(answered);
    deadlines.add(due("later"), 100);
    await sleep(200);
  });

  expect(expired).toEqual([
    ["waits", 100],
    ["later", 250],
  ]);
});

test("with no call under way no timer is set, which would keep a program from ending", async () => {
  const runtime = new VirtualRuntime();
  await run(
    async () => {
      const deadlines = new Deadlines();
      deadlines.begin();
      const link = deadlines.add({ due: 0, expire: () => {} }, 60_000);
      await runtime.waitAllTasksBlocked();
      expect(runtime.statistics().timers).toBe(1);
      deadlines.remove(link);
      await runtime.waitAllTasksBlocked();
      expect(runtime.statistics().timers).toBe(0);
      await deadlines.end();
    },
    { runtime },
  );
});
