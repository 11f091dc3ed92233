import {
  BusyResourceError,
  CapacityLimiter,
  checkpoint,
  Condition,
  Event,
  Lock,
  openMemoryChannel,
  ResourceGuard,
  Semaphore,
  shielded,
  sleep,
  taskGroup,
} from "@holdfast/concurrency";
import { expect, test } from "vitest";
import type { Lab } from "../../src/lab.ts";
import type { ExploreOptions } from "../../src/options.ts";
import { check, expectAllOrdersPass } from "./all-orders.ts";

/** Where no task is cancelled, and where one is at each of its cancel points. */
const both: NonNullable<ExploreOptions["cancel"]>[] = ["none", "everywhere"];

/** At most so many inside at a time. */
class Room {
  inside = 0;
  readonly #most: number;

  constructor(lab: Lab, most: number) {
    lab.access(this, "read");
    this.#most = most;
  }

  async visit(): Promise<void> {
    check(++this.inside <= this.#most, `${this.inside} are inside`);
    try {
      await checkpoint();
    } finally {
      this.inside -= 1;
    }
  }
}

test.for(both)("a lock lets one in at a time and is free at the end; cancelled: %s", async (cancel) => {
  const orders = await expectAllOrdersPass(
    async (lab) => {
      const room = new Room(lab, 1);
      const lock = new Lock();
      await lab.all(3, () => lock.withLock(() => room.visit()));
      check(!lock.isLocked, "the lock is held by nobody");
    },
    { cancel },
  );

  expect(orders).toBeGreaterThan(5);
});

test.for([
  [1, "none"],
  [2, "none"],
  [1, "everywhere"],
  [2, "everywhere"],
] as const)("a semaphore has its %i places at the end; cancelled: %s", async ([places, cancel]) => {
  const orders = await expectAllOrdersPass(
    async (lab) => {
      const room = new Room(lab, places);
      const semaphore = new Semaphore(places);
      await lab.all(3, async () => {
        using _place = await semaphore.acquire();
        await room.visit();
      });
      check(semaphore.value === places, `${semaphore.value} places are left`);
    },
    { cancel },
  );

  expect(orders).toBeGreaterThan(5);
});

test.for(both)("a capacity limiter has all its tokens back at the end; cancelled: %s", async (cancel) => {
  const orders = await expectAllOrdersPass(
    async (lab) => {
      const room = new Room(lab, 1);
      const limiter = new CapacityLimiter(1);
      await lab.all(3, async () => {
        using _token = await limiter.acquire();
        await room.visit();
      });
      check(limiter.availableTokens === 1, `${limiter.borrowedTokens} tokens are out`);
    },
    { cancel },
  );

  expect(orders).toBeGreaterThan(5);
});

test("what a condition guards goes from those who make to those who take, and nobody waits for ever", async () => {
  const orders = await expectAllOrdersPass(async (lab) => {
    const changed = new Condition();
    const store = lab.shared({ things: 0 }, "store");
    await lab.all(3, (index) =>
      changed.withLock(async () => {
        if (index === 0) {
          store.things += 2;
          changed.notifyAll();
          return;
        }
        await changed.waitFor(() => store.things > 0);
        store.things -= 1;
      }),
    );
    check(store.things === 0, `${store.things} are left`);
  });

  expect(orders).toBeGreaterThan(5);
});

test.for(both)("a condition tells another one when it told one who is cancelled; cancelled: %s", async (cancel) => {
  const orders = await expectAllOrdersPass(
    async (lab) => {
      const changed = new Condition();
      const store = lab.shared({ things: 0 }, "store");
      const put = (): Promise<void> =>
        changed.withLock(() => {
          store.things += 1;
          changed.notify(1);
        });
      await taskGroup(async (group) => {
        group.startSoon(put);
        await lab.all(2, async () => {
          await changed.withLock(async () => {
            await changed.waitFor(() => store.things > 0);
            store.things -= 1;
          });
          await shielded(put);
        });
      });
      check(store.things === 1, `${store.things} are left`);
      check(!changed.isLocked && changed.statistics().tasksWaiting === 0, "somebody is left at the condition");
    },
    { cancel },
  );

  expect(orders).toBeGreaterThan(5);
});

test.for(both)("an event wakes all who wait for it, before or after; cancelled: %s", async (cancel) => {
  const orders = await expectAllOrdersPass(
    async (lab) => {
      const event = new Event();
      lab.access(lab, "read");
      await taskGroup(async (group) => {
        group.startSoon(async () => {
          await sleep(1);
          event.set();
        });
        await lab.all(2, async () => {
          await event.wait();
          check(event.isSet, "it woke somebody without being set");
        });
      });
      check(event.statistics().tasksWaiting === 0, "somebody is left at the event");
    },
    { cancel },
  );

  expect(orders).toBeGreaterThan(3);
});

test.for(both)(
  "a resource guard lets nobody in beside another, and is free at the end; cancelled: %s",
  async (cancel) => {
    const orders = await expectAllOrdersPass(
      async (lab) => {
        const room = new Room(lab, 1);
        const guard = new ResourceGuard("visiting");
        await lab.all(3, async () => {
          try {
            using _guard = guard.enter();
            await room.visit();
          } catch (error) {
            if (!(error instanceof BusyResourceError)) throw error;
            check(room.inside === 1, "nobody is inside, and it is busy");
          }
        });
        using _guard = guard.enter();
      },
      { cancel },
    );

    expect(orders).toBeGreaterThan(3);
  },
);

test.for([
  [0, "none"],
  [1, "none"],
  [0, "everywhere"],
  [1, "everywhere"],
] as const)("a memory channel of %i gives each item to one receiver, once; cancelled: %s", async ([size, cancel]) => {
  const orders = await expectAllOrdersPass(
    async (lab) => {
      const channel = openMemoryChannel<number>(size);
      const [sent, received]: [number[], number[]] = [[], []];
      lab.access(sent, "read");
      await taskGroup(async (group) => {
        group.startSoon(async () => {
          for await (const item of channel.receive) received.push(item);
        });
        await lab.all(2, async (index) => {
          await channel.send.send(index);
          sent.push(index);
        });
        channel.send.close();
      });
      check(new Set(received).size === received.length, `received ${received.join(", ")}`);
      if (cancel === "none") check(received.length === 2, `received only ${received.length}`);
      check(
        sent.every((item) => received.includes(item)),
        `sent ${sent.join(", ")}, received ${received.join(", ")}`,
      );
    },
    { cancel },
  );

  expect(orders).toBeGreaterThan(2);
});

test.for(both)("start() gives what the task reports, or its error; cancelled: %s", async (cancel) => {
  const orders = await expectAllOrdersPass(
    async (lab) => {
      const begun = new Set<number>();
      lab.access(begun, "read");
      let ended = 0;
      await lab.all(2, (index) =>
        taskGroup(async (group) => {
          const value = await group.start<number>(async (status) => {
            try {
              await sleep(1);
              begun.add(index);
              status.started(index);
              await sleep(1);
            } finally {
              ended += 1;
            }
          });
          check(value === index && begun.has(index), `start() gave ${value}`);
        }),
      );
      check(ended >= begun.size, "a task of a group has outlived it");
    },
    { cancel },
  );

  expect(orders).toBeGreaterThan(1);
});
