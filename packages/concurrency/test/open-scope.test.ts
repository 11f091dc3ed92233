import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import {
  CancelScope,
  checkpoint,
  currentEffectiveDeadline,
  type Enterable,
  moveOnAfter,
  openDeadline,
  openShield,
  type OpenScope,
  run,
  sleep,
  taskGroup,
} from "../src/index.ts";
import { drained, thrownBy, virtually, watchRejections } from "./virtually.ts";

test(covers("US-1"), async () => {
  const log: string[] = [];

  const stopped = await virtually(() =>
    moveOnAfter(5, async () => {
      {
        using _shield = await openShield();
        await sleep(10);
        log.push("slept through");
      }
      await checkpoint();
      log.push("never");
    }),
  );

  expect(stopped).toBeUndefined();
  expect(log).toEqual(["slept through"]);
});

test(covers("US-2"), async () => {
  const codes: unknown[] = [];

  await virtually(async () => {
    {
      using _limit = await openDeadline(5);
      codes.push(await thrownBy(() => sleep(10)), await thrownBy(() => checkpoint()));
    }
    await checkpoint();
    using _quick = await openDeadline(1_000);
  });

  expect(codes).toMatchObject([{ code: "SCOPE_TIMEOUT", timeout: 5 }, { code: "SCOPE_TIMEOUT" }]);
});

test("a deadline in a using declaration passes its error on to the caller", async () => {
  const thrown = await virtually(() =>
    thrownBy(async () => {
      using _limit = await openDeadline(5);
      await sleep(10);
    }),
  );

  expect(thrown).toMatchObject({ code: "SCOPE_TIMEOUT" });
  expect((thrown as Error).message).toBe("the block of openDeadline(5) did not finish within 5 ms");
});

test(covers("US-3"), async () => {
  const limited = async (limit: number, length: number): Promise<string> => {
    using _limit = await openDeadline(limit);
    await sleep(length);
    return `${limit}`;
  };

  const results = await virtually(() =>
    Promise.allSettled([limited(5, 100), limited(50, 20), limited(500, 300), limited(5, 1)]),
  );

  expect(results.map(({ status }) => status)).toEqual(["rejected", "fulfilled", "fulfilled", "fulfilled"]);
});

test(covers("US-4"), async () => {
  const limited = async (): Promise<void> => {
    using _limit = await openDeadline(5);
    await sleep(100);
  };

  const deadline = await virtually(async () => {
    const floating = thrownBy(limited);
    await sleep(1);
    const seen = currentEffectiveDeadline();
    await sleep(20);
    await floating;
    return seen;
  });

  expect(deadline).toBe(Infinity);
});

test(covers("US-5"), async () => {
  const deadlines = await virtually(() =>
    moveOnAfter(1_000, async () => {
      const seen = [currentEffectiveDeadline()];
      {
        using _outer = await openDeadline(100);
        {
          using _inner = await openDeadline(10);
          await sleep(1);
          seen.push(currentEffectiveDeadline());
        }
        seen.push(currentEffectiveDeadline());
        await sleep(1);
        seen.push(currentEffectiveDeadline());
      }
      seen.push(currentEffectiveDeadline());
      await sleep(1);
      return [...seen, currentEffectiveDeadline()];
    }),
  );

  expect(deadlines).toEqual([1_000, 10, 100, 100, 1_000, 1_000]);
});

test(covers("US-6"), async () => {
  const unwound: string[] = [];

  const thrown = await virtually(() =>
    thrownBy(async () => {
      using _limit = await openDeadline(5);
      await taskGroup(async (group) => {
        group.startSoon(() => sleep(100).finally(() => unwound.push("child")));
        await sleep(100);
      });
    }),
  );

  expect(thrown).toMatchObject({ code: "SCOPE_TIMEOUT" });
  expect(unwound).toEqual(["child"]);
});

test("an open scope can be cancelled by hand, and catches nothing", async () => {
  const thrown = await virtually(() =>
    new CancelScope().run(() =>
      thrownBy(async () => {
        using shield = await openShield();
        shield.cancel("no more");
        await sleep(1);
      }),
    ),
  );

  expect(thrown).toMatchObject({ code: "TASK_CANCELLED", reason: "no more", scopeName: "openShield()" });
});

test(covers("U-5"), async () => {
  const thrown = await virtually(async () => [
    await thrownBy(async () => {
      // @ts-expect-error an opening is no Disposable before it is awaited
      using _shield = openShield();
      await checkpoint();
    }),
    currentEffectiveDeadline(),
    await thrownBy(async () => {
      // @ts-expect-error an opening is no Disposable before it is awaited
      using _limit = openDeadline(5);
      await checkpoint();
    }),
    currentEffectiveDeadline(),
  ]);

  expect(thrown).toEqual([expect.any(TypeError), Infinity, expect.any(TypeError), Infinity]);
});

test(covers("U-7"), async () => {
  const thrown = await virtually(async () => {
    using shield = await openShield();
    const errors: unknown[] = [];
    await taskGroup((group) => {
      group.startSoon(async () => errors.push(await thrownBy(() => shield[Symbol.dispose]())));
    });
    errors.push(await run(() => thrownBy(() => shield[Symbol.dispose]())));
    return errors;
  });

  expect(thrown).toMatchObject([{ code: "SCOPE_WRONG_TASK" }, { code: "SCOPE_WRONG_TASK" }]);
});

test("a generator whose scope is left through return() in another task throws, and harms neither task", async () => {
  const numbers = async function* (): AsyncGenerator<number> {
    using _limit = await openDeadline(5);
    yield 1;
  };

  const thrown = await virtually(async () => {
    const generator = numbers();
    await generator.next();
    return await run(async () => {
      const error = await thrownBy(() => generator.return(undefined));
      await sleep(10);
      return error;
    });
  });

  expect(thrown).toMatchObject({ code: "SCOPE_WRONG_TASK" });
});

test(covers("U-8"), async () => {
  const numbers = async function* (): AsyncGenerator<number> {
    using _limit = await openDeadline(5);
    yield 1;
    yield 2;
  };

  const [deadline, thrown] = await virtually(async () => {
    const generator = numbers();
    await generator.next();
    const seen = currentEffectiveDeadline();
    // Longer than the generator's limit: its deadline is not the consumer's.
    await sleep(10);
    const error = await thrownBy(() => generator.return(undefined));
    await checkpoint();
    return [seen, error];
  });

  expect(deadline).toBe(Infinity);
  expect(thrown).toMatchObject({ code: "SCOPE_NOT_CURRENT" });
});

test("an opening outside every task throws NO_TASK, and one with a bad limit a RangeError", async () => {
  const outside = await thrownBy(async () => {
    using _shield = await openShield();
  });

  expect(outside).toMatchObject({ code: "NO_TASK" });
  expect(() => openDeadline(-1)).toThrow(RangeError);
  expect(() => openDeadline(Number.NaN)).toThrow(RangeError);
});

test("what still runs in the block when it ends is cancelled, and is no unhandled rejection", async () => {
  using rejections = watchRejections();
  const ends: unknown[] = [];

  await virtually(async () => {
    {
      using _shield = await openShield();
      void sleep(100).then(undefined, (error: unknown) => ends.push(error));
    }
    await sleep(1);
  });
  await drained();

  expect(ends).toMatchObject([{ code: "TASK_CANCELLED", source: "left" }]);
  expect(rejections.reasons).toEqual([]);
});

test("a scope of a using declaration may be disposed of once", async () => {
  const open = async (opening: Enterable<OpenScope>): Promise<unknown> => {
    using scope = await opening;
    scope[Symbol.dispose]();
    return undefined;
  };

  const thrown = await virtually(() => thrownBy(() => open(openShield())));

  expect(thrown).toMatchObject({ code: "SCOPE_NOT_ACTIVE" });
});
