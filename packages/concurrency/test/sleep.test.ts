import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import {
  CancelScope,
  cancelShieldedCheckpoint,
  checkpoint,
  moveOnAfter,
  shielded,
  sleep,
  taskGroup,
} from "../src/index.ts";
import { drained, thrownBy, virtually, watchRejections } from "./virtually.ts";

test("sleeps until the runtime's clock has advanced by the delay, in the order of waking", async () => {
  const log: string[] = [];

  await virtually((runtime) =>
    taskGroup((group) => {
      for (const delay of [30, 10, 20]) {
        group.startSoon(() => sleep(delay).then(() => log.push(`${delay} at ${runtime.now()}`)));
      }
    }),
  );

  expect(log).toEqual(["10 at 10", "20 at 20", "30 at 30"]);
});

test("a cancelled sleep ends at once and leaves no timer", async () => {
  const seen = await virtually(async (runtime) => {
    await moveOnAfter(5, () => Promise.all([sleep(1_000), sleep(2_000)]));
    return { now: runtime.now(), timers: runtime.statistics().timers };
  });

  expect(seen).toEqual({ now: 5, timers: 0 });
});

test("an infinite sleep sets no timer and ends by cancellation only", async () => {
  const timers = await virtually((runtime) =>
    taskGroup(async (group) => {
      group.startSoon(() => sleep(Infinity));
      await checkpoint();
      const { timers: set } = runtime.statistics();
      group.startSoon(() => group.cancel());
      await sleep(Infinity).catch(() => {});
      return set;
    }),
  );

  expect(timers).toBe(0);
});

test("a delay that is negative or no number is refused", async () => {
  const errors = await Promise.all([-1, Number.NaN, "10" as never].map((delay) => thrownBy(() => sleep(delay))));

  for (const error of errors) expect(error).toBeInstanceOf(RangeError);
});

test("sleep(0) is a checkpoint, and sets no timer", async () => {
  const log: string[] = [];

  await virtually((runtime) =>
    taskGroup(async (group) => {
      group.startSoon(() => log.push("other task"));
      const waiting = sleep(0);
      log.push(`${runtime.statistics().timers} timers`);
      await waiting;
      log.push("body");
    }),
  );

  expect(log).toEqual(["0 timers", "other task", "body"]);
});

test("a checkpoint lets the other tasks run, and throws in a cancelled scope", async () => {
  const log: string[] = [];

  await virtually(() =>
    taskGroup(async (group) => {
      group.startSoon(() => log.push("other task"));
      await checkpoint();
      log.push("body");
      group.cancel();
      await checkpoint();
      log.push("not reached");
    }),
  );

  expect(log).toEqual(["other task", "body"]);
});

test("a shielded checkpoint yields and never throws", async () => {
  const log: string[] = [];

  await virtually(() =>
    taskGroup(async (group) => {
      group.startSoon(() => log.push("other task"));
      group.cancel();
      await cancelShieldedCheckpoint();
      log.push("body");
    }),
  );

  expect(log).toEqual(["other task", "body"]);
});

test("inside an async generator every cancel point of a cancelled scope throws", async () => {
  async function* numbers(): AsyncGenerator<string> {
    yield String(await thrownBy(() => checkpoint()));
    yield String(await thrownBy(() => checkpoint()));
  }

  const seen = await virtually(() =>
    new CancelScope().run(async (scope) => {
      scope.cancel();
      return await Array.fromAsync(numbers());
    }),
  );

  expect(seen).toEqual(Array(2).fill('CancelledError: cancelled by task "task-1"'));
});

test(covers("U-3"), async () => {
  using rejections = watchRejections();

  await virtually(() =>
    taskGroup(async (group) => {
      const first = sleep(10);
      const second = sleep(10);
      group.cancel();
      void sleep(20);
      void checkpoint();
      await first;
      await second;
    }),
  );
  await drained();

  expect(rejections.reasons).toEqual([]);
});

test("sleeping in a shield inside a cancelled scope lasts its time", async () => {
  const now = await virtually(async (runtime) => {
    await new CancelScope().run((scope) => {
      scope.cancel();
      return shielded(() => sleep(20));
    });
    return runtime.now();
  });

  expect(now).toBe(20);
});
