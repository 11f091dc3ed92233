import { Readable } from "node:stream";
import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import { CancelScope, currentTask, currentTime, iterate, moveOnAfter, run, sleep, taskGroup } from "../src/index.ts";
import { never, Numbers, read, stream } from "./number-sources.ts";
import { drained, thrownBy, virtually, watchRejections } from "./virtually.ts";

test(covers("BR-1"), async () => {
  async function* letters(): AsyncGenerator<string> {
    yield "a";
    await sleep(1);
    yield "b";
  }

  const items = await virtually(async () => [
    await read(letters()),
    await read(ReadableStream.from(["c", "d"])),
    await read(Readable.from(["e", "f"])),
  ]);

  expect(items).toEqual([
    ["a", "b"],
    ["c", "d"],
    ["e", "f"],
  ]);
});

test(covers("BR-2"), async () => {
  const told: unknown[] = [];
  const numbers = new Numbers(2);
  async function* stuck(): AsyncGenerator<number> {
    yield 1;
    await never();
  }
  const log: unknown[] = [];

  await virtually(async (runtime) => {
    for (const source of [numbers, stream(2, told), stuck()]) {
      await moveOnAfter(5, async () => {
        for await (const item of iterate<number>(source)) log.push(item);
      });
      log.push(`at ${runtime.now()}`);
    }
  });

  expect(log).toEqual([1, 2, "at 5", 1, 2, "at 10", 1, "at 15"]);
});

test(covers("BR-3"), async () => {
  const told: unknown[][] = [];
  const failure = new Error("failure");
  const ways: readonly ((source: AsyncIterable<number>) => Promise<unknown>)[] = [
    async (source) => {
      for await (const _ of iterate(source)) break;
    },
    (source) =>
      thrownBy(async () => {
        for await (const _ of iterate(source)) throw failure;
      }),
    (source) => moveOnAfter(1, () => read(source)),
    (source) =>
      moveOnAfter(1, async () => {
        for await (const _ of iterate(source)) await sleep(10);
      }),
    (source) =>
      new CancelScope().run((scope) => {
        scope.cancel();
        return read(source);
      }),
  ];

  await virtually(async () => {
    for (const way of ways) {
      const numbers = new Numbers(3);
      await way(numbers);
      told.push(numbers.told);
      const reasons: unknown[] = [];
      await way(stream(3, reasons));
      told.push(reasons);
    }
  });

  const cancelled = expect.objectContaining({ code: "TASK_CANCELLED" }) as unknown;
  expect(told).toEqual([
    ["return"],
    [undefined],
    ["return"],
    [undefined],
    ["return"],
    [cancelled],
    ["return"],
    [undefined],
    ["return"],
    [cancelled],
  ]);
});

test("a source that ended or failed by itself is not told", async () => {
  const told: unknown[] = [];
  const source = (last: () => Promise<IteratorResult<number>>): AsyncIterable<number> => ({
    [Symbol.asyncIterator]: () => ({
      next: last,
      return: () => {
        told.push("return");
        return Promise.resolve({ done: true, value: undefined });
      },
    }),
  });
  const failure = new Error("failure");

  const ends = await virtually(async () => [
    await read(source(() => Promise.resolve({ done: true, value: undefined }))),
    await thrownBy(() => read(source(() => Promise.reject(failure)))),
    await thrownBy(() =>
      read(
        source(() => {
          throw failure;
        }),
      ),
    ),
  ]);

  expect(ends).toEqual([[], failure, failure]);
  expect(told).toEqual([]);
});

test(covers("BR-5"), async () => {
  const log: unknown[] = [];
  const cleanUp = (): Promise<void> => sleep(100).then(() => void log.push("cleaned up"));
  const failure = new Error("failure");

  await virtually(async (runtime) => {
    for await (const _ of iterate(new Numbers(2, cleanUp))) break;
    log.push("after break", runtime.statistics().timers);
    const thrown = await thrownBy(async () => {
      for await (const _ of iterate(stream(2, [], cleanUp))) throw failure;
    });
    log.push(thrown);
  });

  expect(log).toEqual(["cleaned up", "after break", 0, "cleaned up", failure]);
});

test("an error of the clean-up is thrown after break, and not over an error of the loop", async () => {
  const broken = new Error("broken clean-up");
  const failure = new Error("failure");
  const cleanUp = (): Promise<never> => Promise.reject(broken);

  const thrown = await virtually(async () => [
    await thrownBy(async () => {
      for await (const _ of iterate(new Numbers(2, cleanUp))) break;
    }),
    await thrownBy(async () => {
      for await (const _ of iterate(new Numbers(2, cleanUp))) throw failure;
    }),
  ]);

  expect(thrown).toEqual([broken, failure]);
});

test(covers("BR-6"), async () => {
  const log: unknown[] = [];

  await virtually(async (runtime) => {
    for await (const _ of iterate(new Numbers(2, never))) break;
    log.push(runtime.now());
    for await (const _ of iterate(stream(2, [], never), { closeTimeout: 10 })) break;
    log.push(runtime.now());
    await moveOnAfter(5, async () => {
      for await (const _ of iterate(new Numbers(2, never))) await sleep(10);
    });
    log.push(runtime.now());
    await moveOnAfter(5, async () => {
      for await (const _ of iterate(new Numbers(2, never))) break;
    });
    log.push(runtime.now());
  });

  expect(log).toEqual([5_000, 5_010, 5_015, 5_020]);
});

test(covers("BR-7"), async () => {
  using rejections = watchRejections();
  const failure = new Error("failure");
  const late = Promise.withResolvers<never>();
  const broken = new ReadableStream<number>({
    start: (controller) => controller.enqueue(1),
    pull: (controller) => controller.error(failure),
  });
  const source = (): AsyncIterable<number> => ({
    [Symbol.asyncIterator]: () => ({ next: () => late.promise, return: () => late.promise }),
  });

  const thrown = await virtually(async () => {
    const error = await thrownBy(() => read(broken));
    await moveOnAfter(5, () => read(source()));
    await moveOnAfter(5, () => read(stream(0, [], () => late.promise)));
    await moveOnAfter(5, () => {
      // Nobody awaits these.
      void iterate(source())[Symbol.asyncIterator]().next();
      void iterate(source())[Symbol.asyncIterator]().return?.();
      return sleep(10);
    });
    return error;
  });
  late.reject(new Error("too late"));
  await drained();

  expect(thrown).toBe(failure);
  expect(rejections.reasons).toEqual([]);
});

test(covers("BR-9"), async () => {
  const log: unknown[] = [];

  await virtually(async (runtime) => {
    const outside = iterate(new Numbers(1));
    const inside = await new CancelScope({ timeout: 1 }).run(async () => iterate(new Numbers(1)));
    log.push(await moveOnAfter(5, () => read(outside)), runtime.now());
    await sleep(10);
    if (inside !== undefined)
      for await (const item of inside) {
        log.push(item);
        break;
      }
  });

  expect(log).toEqual([undefined, 5, 1]);
});

test(covers("BR-10"), async () => {
  let items = 0;

  const value = await run(() =>
    new CancelScope().run(async (scope) => {
      for await (const _ of iterate(new Numbers(Infinity))) {
        if (items === 0) scope.deadline = currentTime() + 5;
        items += 1;
      }
    }),
  );

  expect(value).toBeUndefined();
  expect(items).toBeGreaterThan(0);
});

test("a deadline takes no item of a source that always has one ready and is read as fast as it gives", async () => {
  let taken = 0;
  let given = 0;
  const source: AsyncIterable<number> = {
    [Symbol.asyncIterator]: () => ({ next: () => Promise.resolve({ value: ++taken }) }),
  };

  await run(() =>
    new CancelScope().run(async (scope) => {
      for await (const _ of iterate(source)) {
        if (given === 0) scope.deadline = currentTime() + 5;
        given += 1;
      }
    }),
  );

  expect(given).toBeGreaterThan(0);
  expect(taken).toBe(given);
});

test("a source whose answer is no iterator result fails the loop", async () => {
  const failure = new Error("failure");
  const answers: readonly unknown[] = [
    undefined,
    {
      get done(): boolean {
        throw failure;
      },
    },
  ];

  const thrown = await virtually(() =>
    Promise.all(
      answers.map((answer) =>
        thrownBy(() => read({ [Symbol.asyncIterator]: () => ({ next: () => Promise.resolve(answer as never) }) })),
      ),
    ),
  );

  expect(thrown).toEqual([expect.any(TypeError), failure]);
});

test("a source cleans up in the task that reads it, whoever cancels", async () => {
  const log: string[] = [];

  await virtually(() =>
    taskGroup(async (group) => {
      const reading = group.startSoon(() => read(new Numbers(1, async () => log.push(currentTask().name))), {
        name: "reader",
      });
      await sleep(1);
      reading.cancel();
    }),
  );

  expect(log).toEqual(["reader"]);
});

test("an item that came before the cancellation is given", async () => {
  const source = Promise.withResolvers<IteratorResult<string>>();
  const numbers = { [Symbol.asyncIterator]: () => ({ next: () => source.promise }) };
  const log: string[] = [];

  await virtually(() =>
    taskGroup(async (group) => {
      group.startSoon(async () => {
        for await (const item of iterate(numbers)) {
          log.push(item);
          await sleep(1);
          log.push("not reached");
        }
      });
      await sleep(1);
      source.resolve({ value: "item" });
      await source.promise;
      await Promise.resolve();
      group.cancel();
    }),
  );

  expect(log).toEqual(["item"]);
});

test("iterate works outside every task, and ends the loop of a source once", async () => {
  const numbers = new Numbers(2);
  const iterator = iterate(numbers)[Symbol.asyncIterator]();

  const results = [await iterator.next(), await iterator.return?.(), await iterator.return?.(), await iterator.next()];

  const over = { done: true, value: undefined };
  expect(results).toEqual([{ done: false, value: 1 }, over, over, over]);
  expect(numbers.told).toEqual(["return"]);
});

test("a loop within a loop tells the source once", async () => {
  const numbers = new Numbers(2);
  const told: unknown[] = [];

  await virtually(async () => {
    await moveOnAfter(5, () => read(iterate(numbers)));
    for await (const _ of iterate(iterate(stream(2, told)))) break;
  });

  expect(numbers.told).toEqual(["return"]);
  expect(told).toEqual([undefined]);
});
