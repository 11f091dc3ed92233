import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import {
  type BackoffOptions,
  CancelScope,
  currentTime,
  moveOnAfter,
  Owner,
  type OwnerOptions,
  sleep,
  taskGroup,
} from "../src/index.ts";
import { thrownBy, virtually } from "./virtually.ts";

const even: BackoffOptions = { initial: 100, factor: 2, max: 500, jitter: 0 };

/** An owner whose first openings fail; it notes when each began. */
function failing(count: number, begun: number[], options: OwnerOptions): Owner<number> {
  return new Owner<number>(
    async (own) => {
      begun.push(currentTime());
      if (own.generation <= count) throw new Error(`opening ${own.generation} failed`);
      return await own.publish(own.generation);
    },
    { name: "failing", ...options },
  );
}

test(covers("OW-20"), async () => {
  const begun: number[] = [];
  const losses = Array.from({ length: 3 }, () => new AbortController());
  const owner = failing(5, begun, { backoff: even, maxAttempts: Infinity });
  const dying = new Owner(
    (own) => {
      begun.push(currentTime());
      const loss = losses[own.generation - 1];
      return own.publish(own.generation, loss === undefined ? {} : { lost: loss.signal });
    },
    { backoff: even },
  );

  const generations = await virtually(async (runtime) => {
    const { generation } = await owner.lease();
    await owner.close();
    begun.push(-1);
    const start = runtime.now();
    for (const loss of losses) {
      await dying.lease();
      loss.abort();
    }
    const last = await dying.lease();
    await dying.close();
    return [generation, start, last.generation];
  });

  expect(generations).toEqual([6, 1_700, 4]);
  expect(begun).toEqual([0, 100, 300, 700, 1_200, 1_700, -1, 1_700, 1_800, 2_000, 2_400]);
});

test("the share of chance comes from the runtime, and only shortens", async () => {
  const begun: number[] = [];
  const owner = failing(20, begun, { backoff: { initial: 100, factor: 1, jitter: 0.5 }, maxAttempts: Infinity });

  await virtually(async () => {
    await owner.lease();
    await owner.close();
  });

  const delays = begun.slice(1).map((at, index) => at - (begun[index] ?? 0));
  expect(Math.min(...delays)).toBeGreaterThanOrEqual(50);
  expect(Math.max(...delays)).toBeLessThanOrEqual(100);
  expect(new Set(delays).size).toBeGreaterThan(10);
});

test("the delay counts from the failure, so a lease that comes later does not wait for it again", async () => {
  const begun: number[] = [];
  const owner = failing(1, begun, { backoff: even });

  const states = await virtually(async () => {
    await thrownBy(() => owner.lease());
    const idle = owner.statistics().state;
    await sleep(40);
    const leasing = owner.lease();
    const waits = owner.statistics().state;
    await leasing;
    await owner.close();
    return [idle, waits];
  });

  expect(states).toEqual(["idle", "backing-off"]);
  expect(begun).toEqual([0, 100]);
});

test("an owner without a backoff opens again at once", async () => {
  const begun: number[] = [];
  const owner = failing(2, begun, { maxAttempts: 3 });

  await virtually(async () => {
    await owner.lease();
    await owner.close();
  });

  expect(begun).toEqual([0, 0, 0]);
});

test(covers("OW-21"), async () => {
  const begun: number[] = [];
  const lives: AbortController[] = [];
  const owner = new Owner(
    (own) => {
      begun.push(currentTime());
      const life = new AbortController();
      lives.push(life);
      return own.publish(own.generation, { lost: life.signal });
    },
    { backoff: even, idleTimeout: 200 },
  );
  const live = async (time: number): Promise<void> => {
    using _lease = await owner.lease();
    await sleep(time);
    lives.at(-1)?.abort();
  };

  await virtually(async () => {
    await live(10);
    await live(499);
    await live(500);
    await live(10);
    await owner.withLease(() => sleep(5));
    await sleep(300);
    await live(10);
    await owner.withLease(() => sleep(5));
    await owner.close();
  });

  const waited = begun.slice(1).map((at, index) => at - (begun[index] ?? 0));
  expect(waited).toEqual([10 + 100, 499 + 200, 500 + 100, 10 + 200, 5 + 300, 10 + 100]);
});

test(covers("OW-22"), async () => {
  const begun: number[] = [];
  const owner = failing(5, begun, { backoff: even, maxAttempts: 3 });

  const seen = await virtually(() =>
    taskGroup(async (group) => {
      const waiting = [0, 50, 250].map((delay) =>
        group.startSoon(async () => {
          await sleep(delay);
          return await thrownBy(() => owner.lease());
        }),
      );
      const errors = [await waiting[0], await waiting[1], await waiting[2]];
      const { failures } = owner.statistics();
      const { generation } = await owner.lease();
      await owner.close();
      return { errors, failures, generation };
    }),
  );

  expect(seen.errors[0]).toEqual(new Error("opening 3 failed"));
  expect(new Set(seen.errors).size).toBe(1);
  expect(seen.failures).toHaveLength(3);
  expect(seen.generation).toBe(6);
  expect(owner.ledger()).toMatchObject({ begun: 6, failed: 5, opened: 1 });
});

test("those who come after all others have left have all the attempts", async () => {
  const owner = failing(3, [], { backoff: even, maxAttempts: 3 });

  const generation = await virtually(async () => {
    await new CancelScope({ timeout: 50 }).run(() => owner.lease());
    await sleep(1_000);
    const lease = await owner.lease();
    await owner.close();
    return lease.generation;
  });

  expect(generation).toBe(4);
});

test("an opening that fails when nobody waits takes no attempt from those who come later", async () => {
  const owner = new Owner<number>(
    async (own) => {
      await sleep(10);
      if (own.generation <= 2) throw new Error("failed");
      return await own.publish(own.generation);
    },
    { maxAttempts: 2 },
  );

  const generation = await virtually(async () => {
    await moveOnAfter(5, () => owner.lease());
    await sleep(10);
    const lease = await owner.lease();
    await owner.close();
    return lease.generation;
  });

  expect(generation).toBe(3);
});

test("a breach of the contract is told at once, however many attempts are left", async () => {
  const owner = new Owner<string>(() => Promise.resolve() as never, { maxAttempts: Infinity });

  const thrown = await virtually(() => thrownBy(() => owner.lease()));

  expect(thrown).toMatchObject({ code: "OWNER_CONTRACT" });
  expect(owner.ledger()).toMatchObject({ begun: 1, failed: 1 });
});

test("a value that is dead when it is published takes an attempt, and its close is waited for", async () => {
  const log: string[] = [];
  const owner = new Owner(
    async (own) => {
      log.push(`open ${own.generation}`);
      try {
        const lost = own.generation === 1 ? AbortSignal.abort("stillborn") : new AbortController().signal;
        return await own.publish(own.generation, { lost });
      } finally {
        await sleep(5);
        log.push(`close ${own.generation}`);
      }
    },
    { maxAttempts: 2 },
  );

  const generation = await virtually(async () => {
    const lease = await owner.lease();
    await owner.close();
    return lease.generation;
  });

  expect(generation).toBe(2);
  expect(log).toEqual(["open 1", "close 1", "open 2", "close 2"]);
  expect(owner.ledger()).toMatchObject({ begun: 2, failed: 1, opened: 1, lost: 0 });
});

test(covers("OW-23"), async () => {
  const begun: number[] = [];
  const closed = failing(1, begun, { backoff: even, maxAttempts: 2 });
  const drained = failing(1, begun, { backoff: even, maxAttempts: 2 });

  const seen = await virtually((runtime) =>
    taskGroup(async (group) => {
      const waiting = [closed, drained].map((owner) => group.startSoon(() => thrownBy(() => owner.lease())));
      await sleep(10);
      const states = [closed.statistics().state, closed.ledger().timers];
      await closed.close();
      const report = await drained.drain();
      return { states, report, errors: [await waiting[0], await waiting[1]], now: runtime.now() };
    }),
  );

  expect(seen).toMatchObject({
    states: ["backing-off", 1],
    report: { drained: true, lost: 0 },
    errors: [{ code: "RESOURCE_CLOSED" }, { code: "RESOURCE_CLOSED" }],
    now: 10,
  });
  expect(begun).toEqual([0, 0]);
  expect(closed.statistics()).toMatchObject({ state: "closed", generation: 1 });
  expect(closed.ledger()).toMatchObject({ timers: 0, waiting: 0 });
});

test(covers("OW-24"), async () => {
  const begun: number[] = [];
  const owner = failing(1, begun, { backoff: even, maxAttempts: 2 });
  const controller = new AbortController();

  const seen = await virtually(() =>
    taskGroup(async (group) => {
      const cancelled = group.startSoon(() => owner.lease());
      group.startSoon(() => thrownBy(() => owner.lease({ signal: controller.signal })));
      await sleep(10);
      cancelled.cancel();
      const half = owner.statistics().state;
      controller.abort();
      const { state } = owner.statistics();
      const { timers } = owner.ledger();
      await sleep(1_000);
      return { half, state, timers };
    }),
  );

  expect(seen).toEqual({ half: "backing-off", state: "idle", timers: 0 });
  expect(begun).toEqual([0]);
});

test("a backoff on one runtime does not hold up another, whose clock says nothing of it", async () => {
  const begun: number[] = [];
  const owner = failing(1, begun, { backoff: even });

  await virtually(() => thrownBy(() => owner.lease()));
  await virtually(async () => {
    await owner.lease();
    await owner.close();
  });

  expect(begun).toEqual([0, 0]);
});

test.each<[string, OwnerOptions]>([
  ["a negative delay", { backoff: { initial: -1 } }],
  ["a delay beyond the limit", { backoff: { initial: 11, max: 10 } }],
  ["a limit that is none", { backoff: { max: Infinity } }],
  ["a factor that shrinks", { backoff: { factor: 0.5 } }],
  ["a share of more than all", { backoff: { jitter: 1.1 } }],
  ["no number", { backoff: { jitter: Number.NaN } }],
  ["no attempt", { maxAttempts: 0 }],
  ["half an attempt", { maxAttempts: 1.5 }],
])("refuses %s", (_what, options) => {
  expect(() => failing(0, [], options)).toThrow(RangeError);
});
