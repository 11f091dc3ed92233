import { expect, test } from "vitest";
import { gather, Semaphore, sleep } from "../src/index.ts";
import { thrownBy, virtually } from "./virtually.ts";

test("a semaphore is made with whole numbers from 0 up, and a limit that is not below its value", async () => {
  const makes = [
    () => new Semaphore(1.5),
    () => new Semaphore("1" as unknown as number),
    () => new Semaphore(1, { maxValue: 1.5 }),
    () => new Semaphore(-1),
    () => new Semaphore(2, { maxValue: 1 }),
  ];

  const thrown = await Promise.all(makes.map((make) => thrownBy(make)));

  expect(thrown.map((error) => (error as Error).name)).toEqual([
    "TypeError",
    "TypeError",
    "TypeError",
    "RangeError",
    "RangeError",
  ]);
  expect(new Semaphore(2, { maxValue: 2 }).value).toBe(2);
});

test("a semaphore lets in as many at a time as it has places", async () => {
  const semaphore = new Semaphore(2);
  const inside: number[] = [];
  let now = 0;

  await virtually(() =>
    gather(
      Array.from({ length: 5 }, () => async () => {
        using _place = await semaphore.acquire();
        inside.push(++now);
        await sleep(1);
        now -= 1;
      }),
    ),
  );

  expect(inside).toHaveLength(5);
  expect(Math.max(...inside)).toBe(2);
});

test("one task may take several places, and another bring them back", async () => {
  const semaphore = new Semaphore(2);

  await virtually(async () => {
    await Promise.all([semaphore.acquire(), semaphore.acquire()]);
    await gather([() => semaphore.release(), () => semaphore.release()]);
  });

  expect(semaphore.value).toBe(2);
});

test("releases without acquires add places when there is no limit", () => {
  const semaphore = new Semaphore(0);

  semaphore.release();
  semaphore.release();

  expect(semaphore.value).toBe(2);
});

test("a hold whose release would be one too many says so, and may be released later", async () => {
  const semaphore = new Semaphore(1, { maxValue: 1 });
  const place = semaphore.acquireNoWait();
  semaphore.release();

  const thrown = await thrownBy(() => place.release());
  const isReleased = place.isReleased;
  semaphore.acquireNoWait();
  place.release();

  expect(thrown).toBeInstanceOf(RangeError);
  expect(isReleased).toBe(false);
  expect(semaphore.value).toBe(1);
});
