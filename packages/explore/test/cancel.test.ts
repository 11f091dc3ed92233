import {
  CancelScope,
  checkpoint,
  Event,
  Lock,
  Owner,
  type OwnerFunction,
  Semaphore,
  sleep,
  taskGroup,
} from "@holdfast/concurrency";
import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import { emitTest, explore, type ExploreOptions, type Lab, replay, type Scenario } from "../src/index.ts";

const everywhere: ExploreOptions = { cancel: "everywhere" };

/** A lock by hand, whose holder lets go of it only where all goes well. */
function locking(isSafe: boolean): Scenario {
  return async (lab) => {
    const lock = new Lock({ name: "door" });
    const state = lab.shared({ isHeld: false, next: [] as Event[] }, "lock");
    const acquire = async (): Promise<void> => {
      if (!state.isHeld) {
        state.isHeld = true;
        return;
      }
      const turn = new Event("turn");
      state.next.push(turn);
      await turn.wait();
    };
    const release = (): void => {
      const turn = state.next.shift();
      if (turn === undefined) state.isHeld = false;
      else turn.set();
    };
    await lab.all(2, async () => {
      if (isSafe) return await lock.withLock(() => checkpoint());
      await acquire();
      await checkpoint();
      release();
    });
    if (state.isHeld) throw new Error("the lock is held, and nobody holds it");
  };
}

test("finds a lock that is not released when its holder is cancelled", async () => {
  const without = await explore(locking(false));
  const found = await explore(locking(false), everywhere);
  const cured = await explore(locking(true), everywhere);

  expect(without.verdict).toBe("exhausted");
  expect(found.verdict).toBe("failed");
  expect(found.counts.firstFailure).toBeLessThanOrEqual(20);
  expect(cured.verdict).toBe("exhausted");
  expect(cured.choicePoints).toContain("cancel");
});

/** A place that is handed over by an event, to a task that may have gone. */
async function handingOver(lab: Lab): Promise<void> {
  const place = lab.shared({ isTaken: true, next: undefined as Event | undefined }, "place");
  await lab.all(2, async (index) => {
    if (index === 0) {
      if (place.next === undefined) place.isTaken = false;
      else place.next.set();
      return;
    }
    if (!place.isTaken) return;
    const turn = new Event("turn");
    place.next = turn;
    await turn.wait();
    place.isTaken = false;
  });
  if (place.isTaken) throw new Error("nobody has the place, and nobody can get it");
}

async function handingOverSafely(lab: Lab): Promise<void> {
  lab.access(lab, "read");
  const places = new Semaphore(0);
  await lab.all(2, async (index) => {
    if (index === 0) places.release();
    else await places.acquire().then(() => places.release());
  });
  if (places.value !== 1) throw new Error("the place was lost");
}

test("finds a place that is handed to a task just when it is cancelled", async () => {
  const without = await explore(handingOver);
  const found = await explore(handingOver, everywhere);
  const cured = await explore(handingOverSafely, everywhere);

  expect(without.verdict).toBe("exhausted");
  expect(found).toMatchObject({
    verdict: "failed",
    error: new Error("nobody has the place, and nobody can get it"),
  });
  expect(cured.verdict).toBe("exhausted");
});

const holding: [string, Scenario][] = [
  [
    "a lock",
    async (lab) => {
      lab.access(lab, "read");
      const lock = new Lock();
      await lab.all(3, () => lock.withLock(() => checkpoint()));
      if (lock.isLocked) throw new Error("still locked");
    },
  ],
  [
    "a semaphore",
    async (lab) => {
      lab.access(lab, "read");
      const places = new Semaphore(1);
      await lab.all(3, async () => {
        await places.acquire();
        try {
          await checkpoint();
        } finally {
          places.release();
        }
      });
      if (places.value !== 1) throw new Error(`${places.value} places`);
    },
  ],
  [
    "an owner",
    async (lab) => {
      const state = lab.shared({ opened: 0, closed: 0, held: 0 }, "resource");
      const open: OwnerFunction<typeof state> = async (own) => {
        await checkpoint();
        state.opened += 1;
        try {
          return await own.publish(state);
        } finally {
          state.closed += 1;
        }
      };
      // Timers fire at any time, so that of the time that closing may take could be over at once.
      const owner = new Owner(open, { closeTimeout: Infinity });
      await lab.all(2, async () => {
        using lease = await owner.lease();
        lease.value.held += 1;
        try {
          await checkpoint();
        } finally {
          state.held -= 1;
        }
      });
      await owner.close();
      if (state.held !== 0 || state.opened !== state.closed) throw new Error(JSON.stringify(state));
    },
  ],
];

test.for(holding)("finds nothing in %s whose users are cancelled at any point", async ([, scenario]) => {
  const found = await explore(scenario, { ...everywhere, budget: { runs: 2_000 } });

  expect(found.error).toBeUndefined();
  expect(found.choicePoints).toContain("cancel");
});

test(covers("EX-16"), async () => {
  const ends = new Set<string>();
  const scenario: Scenario = async (lab) => {
    lab.access(lab, "read");
    const steps = await lab.all(2, async () => {
      let step = 0;
      try {
        for (; step < 2; step++) await checkpoint();
      } finally {
        ends.add(`${step}`);
      }
      return step;
    });
    ends.add(steps.map((step) => step ?? "cancelled").join());
  };

  const found = await explore(scenario, everywhere);

  expect(found).toMatchObject({
    verdict: "exhausted",
    limits: expect.arrayContaining([expect.stringMatching(/at most 1 /)]),
  });
  expect([...ends].toSorted()).toEqual(["0", "1", "2", "2,2", "2,cancelled", "cancelled,2"]);
});

test("cancels as many tasks in one run as it may", async () => {
  const most = async (cancellations: number): Promise<number> => {
    let cancelled = 0;
    await explore(
      async (lab) => {
        lab.access(lab, "read");
        const values = await lab.all(2, () => checkpoint().then(() => true));
        cancelled = Math.max(cancelled, values.filter((value) => value === undefined).length);
      },
      { ...everywhere, cancellations },
    );
    return cancelled;
  };

  expect([await most(1), await most(2), await most(Infinity)]).toEqual([1, 2, 2]);
});

test("tries the same orders with cancellation whether what tasks share is declared or not", async () => {
  const outcomes = async (isDeclared: boolean): Promise<string[]> => {
    const seen = new Set<string>();
    const found = await explore(async (lab) => {
      const cell = isDeclared ? lab.shared({ value: "" }, "cell") : { value: "" };
      await lab.all(2, async (index) => {
        cell.value += `a${index}`;
        await checkpoint();
        cell.value += `b${index}`;
      });
      seen.add(cell.value);
    }, everywhere);
    expect(found.verdict).toBe("exhausted");
    return [...seen].toSorted();
  };

  const declared = await outcomes(true);

  expect(declared).toEqual(await outcomes(false));
  expect(declared).toContain("a0a1b1");
});

test(covers("EX-17"), async () => {
  const found = await explore(
    (lab) =>
      lab.all(1, async () => {
        try {
          await checkpoint();
        } catch {
          throw new Error("cleaning up went wrong");
        }
      }),
    everywhere,
  );

  expect(found.verdict).toBe("failed");
  expect(found.explain()).toContain("cleaning up went wrong");
});

test(covers("EX-19"), async () => {
  const found = await explore((lab) => lab.all(1, () => new Event("never").wait()), everywhere);

  expect(found).toMatchObject({ verdict: "failed", error: { code: "RUNTIME_DEADLOCK" }, minimal: { departures: 0 } });
});

test("lets the cancellation of an enclosing scope through", async () => {
  const found = await explore(async (lab) => {
    const scope = new CancelScope();
    await scope.run(() =>
      taskGroup(async (group) => {
        group.startSoon(async () => {
          await sleep(1);
          scope.cancel();
        });
        await lab.all(2, () => sleep(10));
      }),
    );
  }, everywhere);

  expect(found.error).toBeUndefined();
});

test(covers("EX-18"), async () => {
  const found = await explore(locking(false), everywhere);
  const { replay: text = "" } = found;

  const again = await replay(locking(false), text);

  expect(text).toMatch(/^h1:[0-9a-f]{6}:npc1:/);
  expect(again.failed).toBe(true);
  expect(
    emitTest({ module: "./lock.ts", exportName: "scenario", replay: text, message: "held", runner: "vitest" }),
  ).toContain('explore(scenario, { cancel: "everywhere" })');
});

test.for([
  ["free", "explore(scenario)", "{ tolerant: true }"],
  ["idle", 'explore(scenario, { timers: "idle" })', '{ tolerant: true, timers: "idle" }'],
  ["ordered", 'explore(scenario, { timers: "ordered" })', '{ tolerant: true, timers: "ordered" }'],
] as const)("an emitted test goes by %s timers, as the search did", ([timers, exploring, replaying]) => {
  const settings = { module: "./lock.ts", exportName: "scenario", message: "held", runner: "vitest" } as const;

  const text = emitTest({ ...settings, replay: "h1:7f3a00:np:1.1", timers });

  expect(text).toContain(`${exploring};`);
  expect(text).toContain(`"h1:7f3a00:np:1.1", ${replaying})`);
});

test("names who was cancelled", async () => {
  const found = await explore(handingOver, everywhere);

  expect(found.explain()).toContain("cancel task 1");
});

test.for<[ExploreOptions, string]>([
  [{ cancel: "all" as "none" }, "cancel is everywhere or none"],
  [{ cancellations: 0 }, "cancellations is a whole number from 1 up"],
])("refuses the options %j", async ([options, words]) => {
  await expect(explore(() => {}, options)).rejects.toThrow(words);
});
