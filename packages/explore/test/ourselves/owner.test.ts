import {
  leafErrors,
  type Lease,
  Owner,
  type OwnerFunction,
  rethrowCancelled,
  run,
  sleep,
  taskGroup,
} from "@holdfast/concurrency";
import { expect, test } from "vitest";
import { explore } from "../../src/index.ts";
import type { Lab } from "../../src/lab.ts";
import { check, expectAllOrdersPass } from "./all-orders.ts";

interface Handle {
  isOpen: boolean;
  readonly lost: AbortController;
}

/** Counts what is open, and what was opened. */
class World {
  readonly state: { open: number; opened: number; current: Handle | undefined };
  readonly owner: Owner<Handle>;

  /**
   * @param lab is told of all that tasks share, so that orders which make no difference count as one; without it all count.
   * @param failures how many of the first openings fail.
   */
  constructor(lab?: Lab, failures = 0) {
    const plain: World["state"] = { open: 0, opened: 0, current: undefined };
    const state = lab?.shared(plain, "state") ?? plain;
    this.state = state;
    const open: OwnerFunction<Handle> = async (own) => {
      await sleep(1);
      if (state.opened++ < failures) throw new Error("does not open");
      state.current = { isOpen: true, lost: new AbortController() };
      const handle = state.current;
      check(++state.open === 1, "two are open at the same time");
      try {
        return await own.publish(handle, { lost: handle.lost.signal });
      } finally {
        handle.isOpen = false;
        state.open -= 1;
      }
    };
    // Without a limit to the closing, past which it would count as abandoned.
    this.owner = new Owner(open, { closeTimeout: Infinity });
  }

  /** @throws what `lease()` does. */
  async use(ms: number): Promise<void> {
    using lease = await this.owner.lease();
    check(valueOf(lease)?.isOpen !== false, "what was lent was closed already");
    await sleep(ms);
    check(valueOf(lease)?.isOpen !== false, "it was closed while it was lent");
  }

  /** Closes and looks for what is left. */
  async end(): Promise<void> {
    await this.owner.close();
    check(this.state.open === 0, "it is open after close()");
    const { leases, waiting, timers } = this.owner.ledger();
    check(leases + waiting + timers === 0, `left: ${leases} leases, ${waiting} who wait, ${timers} timers`);
  }
}

/** Undefined once it is lost. */
function valueOf(lease: Lease<Handle>): Handle | undefined {
  return lease.isLost ? undefined : lease.value;
}

/** What may be refused, by code, to one who can be cancelled. */
function butCancelled(...codes: readonly string[]): (error: unknown) => void {
  const expected = but(...codes);
  return (error) => {
    rethrowCancelled(error);
    expected(error);
  };
}

/** What may be refused, by code. */
function but(...codes: readonly string[]): (error: unknown) => void {
  return (error) => {
    for (const leaf of leafErrors(error)) {
      const { code, message } = leaf as { code?: string; message: string };
      if (!codes.includes(code ?? message)) throw error;
    }
  };
}

test("an owner closes what two tasks borrow after both, whatever the order", async () => {
  const orders = await expectAllOrdersPass(async (lab) => {
    const world = new World();
    await lab.all(2, (index) => world.use(index + 1));
    await world.end();
  });

  expect(orders).toBeGreaterThan(40);
});

test("an owner closes what four tasks borrow after all of them", async () => {
  const orders = await expectAllOrdersPass(async (lab) => {
    const world = new World(lab);
    await lab.all(4, (index) => world.use(index + 1));
    await world.end();
  });

  expect(orders).toBeGreaterThan(50);
});

test.for([true, false])("an owner that drains lets who borrows finish, or refuses him; declared: %s", async (knows) => {
  const orders = await expectAllOrdersPass(async (lab) => {
    const world = new World(knows ? lab : undefined);
    await lab.all(knows ? 3 : 2, async (index) => {
      if (index === 0) await world.owner.drain();
      else await world.use(1).catch(but("RESOURCE_CLOSED"));
    });
    await world.end();
  });

  expect(orders).toBeGreaterThanOrEqual(10);
});

test.for([true, false])("an owner that is closed opens nothing after that; declared: %s", async (knows) => {
  const orders = await expectAllOrdersPass(async (lab) => {
    const world = new World(knows ? lab : undefined);
    await lab.all(3, async (index) => {
      if (index === 2) {
        await world.owner.close();
        check(world.state.open === 0, "it is open after close()");
        return;
      }
      await world.use(1).catch(but("RESOURCE_CLOSED"));
    });
    await world.end();
  });

  expect(orders).toBeGreaterThan(knows ? 20 : 200);
});

test.for([true, false])("an opening that fails goes to those who wait for it; declared: %s", async (knows) => {
  const orders = await expectAllOrdersPass(async (lab) => {
    const world = new World(knows ? lab : undefined, 1);
    let failed = 0;
    await lab.all(2, () =>
      world.use(1).catch((error: unknown) => {
        failed += 1;
        but("does not open")(error);
      }),
    );
    check(failed >= 1, "nobody was told that it does not open");
    await world.use(1);
    check(world.state.opened === 2, `opened ${world.state.opened} times`);
    await world.end();
  });

  expect(orders).toBeGreaterThan(3);
});

test.for([true, false])("what is lost under its borrowers is opened once more; declared: %s", async (knows) => {
  const orders = await expectAllOrdersPass(async (lab) => {
    const world = new World(knows ? lab : undefined);
    await lab.all(knows ? 3 : 2, async (index) => {
      if (index > 0) return await world.use(1);
      await sleep(1);
      world.state.current?.lost.abort(new Error("gone"));
    });
    await world.use(1);
    check(world.state.opened <= 2, `opened ${world.state.opened} times`);
    await world.end();
  });

  expect(orders).toBeGreaterThan(knows ? 100 : 40);
});

test("a borrower that is cancelled at any of its cancel points leaves nothing with the owner", async () => {
  const orders = await expectAllOrdersPass(
    async (lab) => {
      const world = new World(lab);
      await lab.all(2, (index) => world.use(index + 1));
      await world.end();
    },
    { cancel: "everywhere" },
  );

  expect(orders).toBeGreaterThan(50);
});

const disturbances: [string, (world: World) => unknown][] = [
  ["drains", (world) => world.owner.drain()],
  ["is closed", (world) => world.owner.close()],
  ["loses what it opened", (world) => world.state.current?.lost.abort(new Error("gone"))],
];

test.for(disturbances)("an owner that %s has nothing open in the end, whoever is cancelled", async ([, disturb]) => {
  const orders = await expectAllOrdersPass(
    async (lab) => {
      const world = new World(lab);
      await taskGroup(async (group) => {
        group.startSoon(async () => {
          await sleep(1);
          await disturb(world);
        });
        await lab.all(2, () => world.use(1).catch(butCancelled("RESOURCE_CLOSED")));
      });
      await world.end();
    },
    { cancel: "everywhere" },
  );

  expect(orders).toBeGreaterThan(100);
});

test("an opening that fails leaves nothing to those who wait for it and are cancelled", async () => {
  const orders = await expectAllOrdersPass(
    async (lab) => {
      const world = new World(lab, 1);
      await lab.all(2, () => world.use(1).catch(butCancelled("does not open")));
      await world.use(1).catch(but("does not open"));
      await world.end();
    },
    { cancel: "everywhere" },
  );

  expect(orders).toBeGreaterThan(20);
});

test("tries the same orders of an owner when a task explores as outside every task", async () => {
  const leasing = async (lab: Lab): Promise<void> => {
    lab.access(lab, "read");
    await using owner = new Owner((own) => own.publish("value"));
    await lab.all(3, async () => {
      using _lease = await owner.lease();
    });
  };

  const outside = await explore(leasing, { strategy: "exhaustive" });
  const inside = await run(() => explore(leasing, { strategy: "exhaustive" }));

  expect(outside).toMatchObject({ verdict: "exhausted", orders: 45 });
  expect(inside).toMatchObject({ verdict: "exhausted", orders: 45 });
});
