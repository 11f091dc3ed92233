import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import { CapacityLimiter, checkpoint, failAfter, leafErrors, sleep, taskGroup } from "../src/index.ts";
import { thrownBy, virtually } from "./virtually.ts";

test(covers("AS-43"), async () => {
  const thrown = [
    await thrownBy(() => new CapacityLimiter(1.5)),
    await thrownBy(() => new CapacityLimiter(Number.NaN)),
    await thrownBy(() => new CapacityLimiter("1" as unknown as number)),
  ];

  expect(thrown.every((error) => error instanceof TypeError)).toBe(true);
  expect(thrown[0]).toMatchObject({ message: "total_tokens must be an int or math.inf" });
});

test(covers("AS-44"), async () => {
  const thrown = await thrownBy(() => new CapacityLimiter(-1));

  expect(thrown).toBeInstanceOf(RangeError);
  expect(thrown).toMatchObject({ message: "total_tokens must be >= 0" });
});

test(covers("AS-45"), async () => {
  const limiter = new CapacityLimiter(0);

  const thrown = await virtually(() => thrownBy(() => limiter.acquireNoWait()));

  expect(limiter.totalTokens).toBe(0);
  expect(thrown).toMatchObject({ code: "RESOURCE_WOULD_BLOCK" });
});

test(covers("AS-46"), async () => {
  const limiter = new CapacityLimiter(2);
  const count = (): number[] => [limiter.totalTokens, limiter.availableTokens, limiter.borrowedTokens];

  const counts = await virtually(async () => {
    const before = count();
    using _token = await limiter.acquire();
    return [before, count()];
  });

  expect(counts).toEqual([
    [2, 2, 0],
    [2, 1, 1],
  ]);
  expect(count()).toEqual([2, 2, 0]);
});

test(covers("AS-47"), async () => {
  const limiter = new CapacityLimiter(1);
  const inside: number[] = [];
  let now = 0;

  await virtually(() =>
    taskGroup((group) => {
      for (let i = 0; i < 3; i++) {
        group.startSoon(async () => {
          for (let round = 0; round < 5; round++) {
            using _token = await limiter.acquire();
            inside.push(++now);
            await sleep(1);
            now -= 1;
          }
        });
      }
    }),
  );

  expect(inside).toEqual(Array.from({ length: 15 }, () => 1));
});

test(covers("AS-48"), async () => {
  const limiter = new CapacityLimiter(3);

  const thrown = await virtually(async () => {
    using _token = await limiter.acquire();
    return [await thrownBy(() => limiter.acquire()), await thrownBy(() => limiter.acquireNoWait())];
  });

  const error = {
    code: "RESOURCE_ALREADY_HELD",
    message: "this borrower is already holding one of this CapacityLimiter's tokens",
  };
  expect(thrown).toMatchObject([error, error]);
});

test(covers("AS-49"), async () => {
  const limiter = new CapacityLimiter(1);

  const thrown = await virtually(async () => [
    await thrownBy(() => limiter.release()),
    await thrownBy(() => limiter.releaseOnBehalfOf("A")),
  ]);

  const error = {
    code: "RESOURCE_NOT_HELD",
    message: "this borrower isn't holding any of this CapacityLimiter's tokens",
  };
  expect(thrown).toMatchObject([error, error]);
});

test(covers("AS-50"), async () => {
  const limiter = new CapacityLimiter(1);
  const log: string[] = [];

  await virtually(() =>
    taskGroup(async (group) => {
      using _token = await limiter.acquire();
      group.startSoon(async () => {
        using _other = await limiter.acquire();
        log.push("admitted");
      });
      await sleep(1);
      log.push("raising");
      limiter.totalTokens = 2;
      await sleep(1);
      log.push("still inside");
    }),
  );

  expect(log).toEqual(["raising", "admitted", "still inside"]);
});

test(covers("AS-52"), async () => {
  const limiter = new CapacityLimiter(1);

  const seen = await virtually(
    () =>
      taskGroup(async (group) => {
        const counts = [limiter.statistics()];
        const token = await limiter.acquire();
        counts.push(limiter.statistics());
        for (let i = 0; i < 2; i++) {
          group.startSoon(async () => {
            using _token = await limiter.acquire();
          });
          await sleep(1);
          counts.push(limiter.statistics());
        }
        token.release();
        await sleep(1);
        return [...counts, limiter.statistics()];
      }),
    { name: "host" },
  );

  const none = { totalTokens: 1, borrowedTokens: 0, borrowers: [], tasksWaiting: 0 };
  const one = { totalTokens: 1, borrowedTokens: 1, borrowers: [expect.objectContaining({ name: "host" })] };
  expect(seen).toEqual([
    none,
    { ...one, tasksWaiting: 0 },
    { ...one, tasksWaiting: 1 },
    { ...one, tasksWaiting: 2 },
    none,
  ]);
  expect(seen.every((statistics) => Object.isFrozen(statistics) && Object.isFrozen(statistics.borrowers))).toBe(true);
});

test(covers("AS-53"), async () => {
  const limiter = new CapacityLimiter(1);
  const log: string[] = [];
  const acquire = async (): Promise<void> => {
    using _token = await limiter.acquire();
    await sleep(1);
    log.push("held");
  };

  await virtually(() =>
    failAfter(100, () =>
      taskGroup(async (group) => {
        const first = group.startSoon(acquire);
        group.startSoon(acquire);
        await checkpoint();
        first.cancel();
      }),
    ),
  );

  expect(log).toEqual(["held"]);
});

test(covers("AS-54"), async () => {
  const limiter = new CapacityLimiter(1);
  const log: number[] = [];

  await virtually(() =>
    taskGroup(async (group) => {
      const token = await limiter.acquire();
      for (const index of [0, 1, 2]) {
        group.startSoon(async () => {
          using _token = await limiter.acquire();
          log.push(index);
        });
        await sleep(1);
      }
      token.release();
    }),
  );

  expect(log).toEqual([0, 1, 2]);
});

test(covers("AS-55"), async () => {
  const limiter = new CapacityLimiter(1);

  const borrowed = await virtually(() =>
    failAfter(1_000, () =>
      taskGroup(async (group) => {
        for (let i = 0; i < 3; i++) {
          group.startSoon(async () => {
            using _token = await limiter.acquire();
            await sleep(100);
          });
        }
        await sleep(1);
        const before = limiter.borrowedTokens;
        limiter.totalTokens = 3;
        return [before, limiter.borrowedTokens, limiter.statistics().tasksWaiting];
      }),
    ),
  );

  expect(borrowed).toEqual([1, 3, 0]);
});

test(covers("AS-56"), async () => {
  const limiter = new CapacityLimiter(1);
  limiter.totalTokens = 2;

  const thrown = [
    await thrownBy(() => {
      limiter.totalTokens = "2" as unknown as number;
    }),
    await thrownBy(() => {
      limiter.totalTokens = 2.5;
    }),
    await thrownBy(() => {
      limiter.totalTokens = -1;
    }),
  ];
  const inside = await virtually(async () => {
    using _token = await limiter.acquire();
    return limiter.borrowedTokens;
  });

  expect(thrown.map((error) => (error as Error).name)).toEqual(["TypeError", "TypeError", "RangeError"]);
  expect(inside).toBe(1);
  expect(limiter.statistics()).toEqual({ totalTokens: 2, borrowedTokens: 0, borrowers: [], tasksWaiting: 0 });
});

test(covers("AS-57"), () => {
  const limiter = new CapacityLimiter(0);

  expect(limiter.statistics()).toMatchObject({ totalTokens: 0, borrowedTokens: 0 });
});

test(covers("AS-58"), async () => {
  const limiter = new CapacityLimiter(Infinity);

  const inside = await virtually(async () => {
    using _token = await limiter.acquire();
    return [limiter.borrowedTokens, limiter.availableTokens];
  });

  expect(inside).toEqual([1, Infinity]);
});

test(covers("AS-59"), async () => {
  const outside = new CapacityLimiter(1, { name: "outside" });
  outside.totalTokens = 2;

  const inside = await virtually(() => {
    const limiter = new CapacityLimiter(3, { name: "inside" });
    limiter.totalTokens = 4;
    return limiter;
  });

  expect([outside.totalTokens, inside.totalTokens]).toEqual([2, 4]);
  expect(outside.statistics()).toMatchObject({ totalTokens: 2, borrowedTokens: 0 });
});

test(covers("AS-60"), async () => {
  const limiter = new CapacityLimiter(1);

  const statuses = await virtually(() =>
    taskGroup(async (group) => {
      const token = await limiter.acquire();
      const [first, second] = ["first", "second"].map((name) =>
        group.startSoon(async () => {
          using _token = await limiter.acquire();
          await checkpoint();
          return name;
        }),
      );
      await sleep(1);
      token.release();
      first?.cancel();
      await failAfter(100, () => second?.wait());
      return [first?.status, second?.status];
    }),
  );

  expect(statuses).toEqual(["cancelled", "finished"]);
});

test(covers("AS-61"), async () => {
  const limiter = new CapacityLimiter(1);

  const thrown = await virtually(async () => {
    using _token = limiter.acquireNoWait();
    return await thrownBy(() =>
      taskGroup((group) => {
        group.startSoon(() => limiter.acquireNoWait());
      }),
    );
  });

  expect(leafErrors(thrown)).toMatchObject([{ code: "RESOURCE_WOULD_BLOCK" }]);
});

test(covers("AS-62"), async () => {
  const limiter = new CapacityLimiter(1);
  limiter.acquireOnBehalfOfNoWait("A");

  const thrown = await thrownBy(() => limiter.acquireOnBehalfOfNoWait("B"));

  expect(thrown).toMatchObject({ code: "RESOURCE_WOULD_BLOCK" });
});

test(covers("AS-63"), async () => {
  const limiter = new CapacityLimiter(1, { name: "seats" });

  const seen = await virtually(() =>
    taskGroup(async (group) => {
      limiter.acquireOnBehalfOfNoWait("A");
      group.startSoon(() => limiter.acquireOnBehalfOf("B"));
      await sleep(1);
      limiter.releaseOnBehalfOf("A");
      const thrown = await thrownBy(() => limiter.acquireOnBehalfOfNoWait("C"));
      return { thrown, borrowers: limiter.statistics().borrowers };
    }),
  );

  expect(seen).toMatchObject({
    thrown: { code: "RESOURCE_WOULD_BLOCK", message: expect.stringContaining('capacity limiter "seats"') },
    borrowers: ["B"],
  });
});
