import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import { cancellable, CancelScope, gather, Owner, shielded, sleep, taskGroup } from "../src/index.ts";
import { drained, thrownBy, virtually, watchRejections } from "./virtually.ts";

test(covers("OW-6"), async () => {
  const log: string[] = [];

  await virtually(() =>
    new CancelScope().run(async (scope) => {
      {
        await using owner = new Owner(async (own) => {
          try {
            return await own.publish("value");
          } finally {
            await sleep(50);
            log.push("closed");
          }
        });
        using _lease = await owner.lease();
        scope.cancel();
      }
      log.push("disposed");
    }),
  );

  expect(log).toEqual(["closed", "disposed"]);
});

test(covers("OW-7"), async () => {
  using rejections = watchRejections();
  const bodyError = new Error("body");
  const closeError = new Error("close");
  const owner = new Owner(async (own) => {
    try {
      return await own.publish("value");
    } finally {
      // oxlint-disable-next-line no-unsafe-finally -- what the test is about
      throw closeError;
    }
  });

  const thrown = await thrownBy(() =>
    virtually(async () => {
      await using held = owner;
      await held.lease();
      throw bodyError;
    }),
  );
  await drained();

  expect(thrown).toBe(bodyError);
  expect(owner.statistics()).toMatchObject({ state: "closed", failures: [closeError] });
  expect(rejections.reasons).toEqual([]);
});

test(covers("OW-10"), async () => {
  const obedient = new Owner(
    async (own) => {
      try {
        return await own.publish("value");
      } finally {
        await sleep(Infinity);
      }
    },
    { closeTimeout: 100, name: "obedient" },
  );
  const deaf = new Owner(
    async (own) => {
      try {
        return await own.publish("value");
      } finally {
        await new Promise(() => {});
      }
    },
    { closeTimeout: 100 },
  );

  const times = await virtually(async (runtime) => {
    await gather([() => obedient.lease(), () => deaf.lease()]);
    await obedient.close();
    const cancelledAt = runtime.now();
    await deaf.close();
    return [cancelledAt, runtime.now()];
  });

  expect(times).toEqual([100, 300]);
  expect(obedient.statistics()).toMatchObject({
    state: "closed",
    abandoned: 0,
    failures: [{ code: "TASK_CANCELLED", reason: "closing took longer than 100 ms" }],
  });
  expect(deaf.statistics()).toMatchObject({ state: "closed", abandoned: 1, failures: [] });
});

test("the close of a lost generation is bounded too, and those who wait get the next one", async () => {
  const lost = new AbortController();
  const owner = new Owner(
    async (own) => {
      try {
        return await own.publish(own.generation, own.generation === 1 ? { lost: lost.signal } : {});
      } finally {
        if (own.generation === 1) await shielded(() => sleep(10_000));
      }
    },
    { closeTimeout: 100 },
  );

  const seen = await virtually(async (runtime) => {
    await owner.lease();
    lost.abort();
    const second = await owner.lease();
    const lentAt = runtime.now();
    await sleep(20_000);
    const stillLent = !second.isLost;
    await owner.close();
    return { lentAt, generation: second.generation, stillLent };
  });

  expect(seen).toEqual({ lentAt: 200, generation: 2, stillLent: true });
  expect(owner.statistics()).toMatchObject({ abandoned: 1, leases: 0, generation: 2 });
});

test(covers("OW-11"), async () => {
  const owner = new Owner(async (own) => {
    await sleep(5);
    return await own.publish("value");
  });

  const seen = await virtually(async () => {
    const early = await owner.lease();
    const { leases } = owner.statistics();
    const closing = owner.close();
    const late = await thrownBy(() => owner.lease());
    await closing;
    early.release();
    return { leases, late, isLost: early.isLost, reason: early.lost.reason as unknown };
  });

  expect(seen).toMatchObject({
    leases: 1,
    late: { code: "RESOURCE_CLOSED" },
    isLost: true,
    reason: { code: "RESOURCE_CLOSED" },
  });
  expect(owner.statistics()).toEqual({
    state: "closed",
    generation: 1,
    leases: 0,
    waiting: 0,
    failures: [],
    abandoned: 0,
  });
});

test("closing while the resource opens cancels the opening and tells those who wait", async () => {
  using rejections = watchRejections();
  const log: string[] = [];
  const owner = new Owner<string>(async (own) => {
    try {
      await sleep(1_000);
    } finally {
      await shielded(() => sleep(5));
      log.push("half-open resource closed");
    }
    return await own.publish("not reached");
  });

  const errors = await virtually(() =>
    taskGroup(async (group) => {
      const waiting = [1, 2].map(() => group.startSoon(() => thrownBy(() => owner.lease())));
      await sleep(10);
      const states = [owner.statistics().state];
      const closing = owner.close();
      states.push(owner.statistics().state);
      await closing;
      return [states, await waiting[0], await waiting[1]];
    }),
  );
  await drained();

  expect(errors).toMatchObject([["opening", "closing"], { code: "RESOURCE_CLOSED" }, { code: "RESOURCE_CLOSED" }]);
  expect(log).toEqual(["half-open resource closed"]);
  expect(owner.statistics()).toMatchObject({ state: "closed", failures: [], abandoned: 0 });
  expect(rejections.reasons).toEqual([]);
});

test("an opening that a shield keeps from being cancelled is closed as soon as it publishes", async () => {
  const log: string[] = [];
  const owner = new Owner<string>(
    (own) =>
      shielded(async () => {
        await sleep(10);
        try {
          return await own.publish("value");
        } finally {
          log.push("closed");
        }
      }),
    { closeTimeout: 1_000 },
  );

  const now = await virtually((runtime) =>
    taskGroup(async (group) => {
      group.startSoon(() => thrownBy(() => owner.lease()));
      await sleep(1);
      await owner.close();
      return runtime.now();
    }),
  );

  expect(now).toBe(10);
  expect(log).toEqual(["closed"]);
});

test("an opening that never ends is given up on, and what it publishes later is not lent", async () => {
  const connected = Promise.withResolvers<string>();
  const owner = new Owner<string>(
    async (own) => await own.publish(await shielded(() => cancellable(connected.promise))),
    { closeTimeout: 100 },
  );

  const seen = await virtually(() =>
    taskGroup(async (group) => {
      group.startSoon(() => thrownBy(() => owner.lease()));
      await sleep(1);
      await owner.close();
      const { state, abandoned } = owner.statistics();
      connected.resolve("too late");
      await sleep(1);
      return { state, abandoned };
    }),
  );

  expect(seen).toEqual({ state: "closed", abandoned: 1 });
  expect(owner.statistics()).toMatchObject({ state: "closed", leases: 0, waiting: 0 });
});

test("closing twice, or what was never opened, resolves", async () => {
  const owner = new Owner((own) => own.publish("value"));
  const unused = new Owner((own) => own.publish("value"));

  await virtually(async () => {
    await owner.lease();
    await Promise.all([owner.close(), owner.close()]);
    await owner.close();
    await unused.close();
  });

  expect([owner.statistics().state, unused.statistics().state]).toEqual(["closed", "closed"]);
  expect(unused.statistics().generation).toBe(0);
});

test("an owner function that closes its own owner is given up on, not waited for without end", async () => {
  const owner: Owner<string> = new Owner<string>(
    async (own) => {
      await owner.close();
      return await own.publish("never");
    },
    { closeTimeout: 50 },
  );

  const seen = await virtually(async (runtime) => ({
    thrown: await thrownBy(() => owner.lease()),
    now: runtime.now(),
  }));
  await drained();

  expect(seen.thrown).toMatchObject({ code: "RESOURCE_CLOSED" });
  expect(owner.statistics().state).toBe("closed");
});

test("a group may start tasks while it closes an owner", async () => {
  const log: string[] = [];

  await virtually(() =>
    taskGroup(async (group) => {
      await using owner = new Owner(async (own) => {
        try {
          return await own.publish("value");
        } finally {
          group.startSoon(() => log.push("started during the close"));
          await sleep(1);
        }
      });
      await owner.lease();
    }),
  );

  expect(log).toEqual(["started during the close"]);
});

test(covers("OW-13"), async () => {
  const open = (): Owner<string> => new Owner((own) => own.publish("value"));
  const [patient, hurried] = [open(), open()];

  const seen = await virtually((runtime) =>
    taskGroup(async (group) => {
      const hold = async (owner: Owner<string>, delay: number): Promise<boolean> => {
        using lease = await owner.lease();
        await sleep(delay);
        return lease.isLost;
      };
      const holders = [10, 30].map((delay) => group.startSoon(() => hold(patient, delay)));
      holders.push(group.startSoon(() => hold(hurried, 1_000)));
      await sleep(1);
      const draining = patient.drain();
      const refused = await thrownBy(() => patient.lease());
      const reports = [await draining];
      const now = runtime.now();
      reports.push(await hurried.drain(50));
      const lost = [await holders[0], await holders[1], await holders[2]];
      return { refused, reports, now, lost };
    }),
  );

  expect(seen).toMatchObject({
    refused: { code: "RESOURCE_CLOSED" },
    reports: [
      { drained: true, lost: 0 },
      { drained: false, lost: 1 },
    ],
    now: 30,
    lost: [false, false, true],
  });
});

test("a lease of an earlier generation that comes back late does not end a drain", async () => {
  const lost = new AbortController();
  const owner = new Owner((own) => own.publish(own.generation, own.generation === 1 ? { lost: lost.signal } : {}));

  const report = await virtually(() =>
    taskGroup(async (group) => {
      const first = await owner.lease();
      lost.abort();
      const second = await owner.lease();
      const draining = group.startSoon(() => owner.drain(1_000));
      await sleep(1);
      first.release();
      await sleep(1);
      second.release();
      return await draining;
    }),
  );

  expect(report).toEqual({ drained: true, lost: 0 });
});

test("a drain goes on when the value that it waits for is lost", async () => {
  const lost = new AbortController();
  const owner = new Owner((own) => own.publish("value", { lost: lost.signal }));

  const now = await virtually((runtime) =>
    taskGroup(async (group) => {
      await owner.lease();
      group.startSoon(() => sleep(5).then(() => lost.abort()));
      await owner.drain(1_000);
      return runtime.now();
    }),
  );

  expect(now).toBe(5);
});

test("cancelling a drain still closes, in a shield", async () => {
  const log: string[] = [];
  const owner = new Owner(async (own) => {
    try {
      return await own.publish("value");
    } finally {
      await sleep(10);
      log.push("closed");
    }
  });

  await virtually(() =>
    new CancelScope({ timeout: 5 }).run(async () => {
      await owner.lease();
      await owner.drain();
    }),
  );

  expect(log).toEqual(["closed"]);
});

test("drain() refuses a timeout that is negative or no number", async () => {
  const owner = new Owner((own) => own.publish("value"));

  const thrown = [await thrownBy(() => owner.drain(-1)), await thrownBy(() => owner.drain(Number.NaN))];

  for (const error of thrown) expect(error).toBeInstanceOf(RangeError);
  expect(owner.statistics().state).toBe("idle");
});

test("the ledger keeps the last sixteen failures", async () => {
  const owner = new Owner<never>((own) => Promise.reject(new Error(`failure ${own.generation}`)));

  await virtually(async () => {
    for (let attempt = 0; attempt < 20; attempt++) {
      await thrownBy(() => owner.lease());
    }
  });

  const { failures } = owner.statistics();
  expect(failures).toHaveLength(16);
  expect(failures.at(0)).toEqual(new Error("failure 5"));
  expect(failures.at(-1)).toEqual(new Error("failure 20"));
});
