import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import {
  type CancelScope,
  CancelledError,
  checkpoint,
  currentEffectiveDeadline,
  failAfter,
  failAt,
  moveOnAfter,
  moveOnAt,
  shielded,
  sleep,
  sleepForever,
  taskGroup,
  TimeoutError,
} from "../src/index.ts";
import { thrownBy, virtually } from "./virtually.ts";

const called = { cancelCalled: true, cancelledCaught: true, cancelSource: "deadline" };
const untouched = { cancelCalled: false, cancelledCaught: false };

/** The function of a time limit: it sleeps, and keeps what became of that. */
class Sleeper {
  scope: CancelScope | undefined;
  /** The scope's deadline, as it was inside. */
  deadline: number | undefined;
  /** Whether the scope was cancelled by the time its function was called. */
  isLate: boolean | undefined;
  stopped: unknown;
  isComplete = false;

  sleepFor(delay: number): (scope: CancelScope) => Promise<void> {
    return async (scope) => {
      this.scope = scope;
      this.deadline = scope.deadline;
      this.isLate = scope.cancelCalled;
      try {
        await sleep(delay);
      } catch (error) {
        this.stopped = error;
        throw error;
      }
      this.isComplete = true;
    };
  }
}

test(covers("AG-39"), async () => {
  for (const timeout of [0, 100]) {
    const sleeper = new Sleeper();

    const thrown = await thrownBy(() => virtually(() => failAfter(timeout, sleeper.sleepFor(1_000))));

    expect(thrown).toBeInstanceOf(TimeoutError);
    expect(sleeper.stopped).toBeInstanceOf(CancelledError);
    expect((sleeper.stopped as Error).message).toContain("deadline");
    expect(sleeper).toMatchObject({ isLate: timeout === 0, deadline: timeout, scope: called });
  }
});

test(covers("AG-40"), async () => {
  const sleeper = new Sleeper();

  await virtually(() => failAfter(null, sleeper.sleepFor(100)));

  expect(sleeper).toMatchObject({ deadline: Infinity, isComplete: true, scope: untouched });
});

test(covers("AG-41"), async () => {
  const log: string[] = [];

  const thrown = await thrownBy(() =>
    virtually(async () => {
      await taskGroup(async (group) => {
        group.cancel();
        await sleepForever();
      });
      log.push("cancelled once");
      await failAfter(100, async () => {
        await sleep(500);
        log.push("not reached");
      });
    }),
  );

  expect(thrown).toBeInstanceOf(TimeoutError);
  expect(log).toEqual(["cancelled once"]);
});

test(covers("AG-42"), async () => {
  const log: string[] = [];

  const scope = await virtually(async () => {
    const open: CancelScope[] = [];
    await failAfter(100, async (inner) => {
      open.push(inner);
      inner.cancel();
      await sleep(500);
      log.push("not reached");
    });
    return open[0];
  });

  expect(log).toEqual([]);
  expect(scope).toMatchObject({ cancelledCaught: true, cancelSource: "explicit" });
});

test(covers("AG-43"), async () => {
  const deadlines = await virtually(async (runtime) => {
    const seen: number[] = [];
    await failAfter(100, async (scope) => {
      scope.cancel();
      await shielded(() => sleep(110));
      seen.push(scope.deadline, runtime.now());
      await checkpoint();
      seen.push(NaN);
    });
    return seen;
  });

  expect(deadlines).toEqual([100, 110]);
});

test(covers("AG-44"), async () => {
  const sleeper = new Sleeper();

  const thrown = await thrownBy(() => virtually(() => failAfter(100, sleeper.sleepFor(1_000), { reason: "oopsies" })));

  expect(thrown).toBeInstanceOf(TimeoutError);
  expect((thrown as Error).message).toMatch(/oopsies/);
  expect(sleeper.scope).toMatchObject(called);
});

test(covers("AG-45"), async () => {
  for (const timeout of [0, 100]) {
    const sleeper = new Sleeper();

    const end = await virtually(async (runtime) => {
      await sleep(50);
      await moveOnAfter(timeout, sleeper.sleepFor(1_000));
      return runtime.now();
    });

    expect(sleeper).toMatchObject({ isLate: timeout === 0, isComplete: false, scope: called });
    expect(end).toBe(50 + timeout);
  }
});

test(covers("AG-46"), async () => {
  const sleeper = new Sleeper();

  await virtually(() => moveOnAfter(null, sleeper.sleepFor(100)));

  expect(sleeper).toMatchObject({ deadline: Infinity, isComplete: true, scope: untouched });
});

test(covers("AG-47"), async () => {
  const scopes: CancelScope[] = [];
  const deadlines: number[] = [];
  const log: string[] = [];

  await virtually(() =>
    moveOnAfter(500, async (outermost) => {
      await moveOnAfter(100, async (outer) => {
        deadlines.push(outer.deadline, currentEffectiveDeadline());
        await moveOnAfter(1_000, async (inner) => {
          scopes.push(outermost, outer, inner);
          deadlines.push(currentEffectiveDeadline());
          await sleep(2_000);
          log.push("not reached");
        });
        log.push("not reached");
      });
      log.push("outermost goes on");
    }),
  );

  expect(deadlines).toEqual([100, 100, 100]);
  expect(scopes).toMatchObject([untouched, called, untouched]);
  expect(log).toEqual(["outermost goes on"]);
});

test(covers("AG-48"), async () => {
  for (const delay of [0, 100]) {
    const sleeper = new Sleeper();

    const thrown = await virtually(async (runtime) => {
      await sleep(50);
      return await thrownBy(() => failAt(runtime.now() + delay, sleeper.sleepFor(1_000)));
    });

    expect(thrown).toBeInstanceOf(TimeoutError);
    expect((sleeper.stopped as Error).message).toContain("deadline");
    expect(sleeper).toMatchObject({ isLate: delay === 0, deadline: 50 + delay, scope: called });
  }
});

test(covers("AG-49"), async () => {
  const sleeper = new Sleeper();

  await virtually(() => failAt(null, sleeper.sleepFor(100)));

  expect(sleeper).toMatchObject({ deadline: Infinity, isComplete: true, scope: untouched });
});

test(covers("AG-50"), async () => {
  const sleeper = new Sleeper();

  const thrown = await thrownBy(() =>
    virtually((runtime) => failAt(runtime.now() + 100, sleeper.sleepFor(1_000), { reason: "oopsies" })),
  );

  expect(thrown).toBeInstanceOf(TimeoutError);
  expect((thrown as Error).message).toMatch(/oopsies/);
  expect(sleeper.scope).toMatchObject(called);
});

test(covers("AG-51"), async () => {
  for (const delay of [0, 100]) {
    const sleeper = new Sleeper();

    const end = await virtually(async (runtime) => {
      await sleep(50);
      await moveOnAt(runtime.now() + delay, sleeper.sleepFor(1_000));
      return runtime.now();
    });

    expect(sleeper).toMatchObject({ isLate: delay === 0, isComplete: false, scope: called });
    expect(end).toBe(50 + delay);
  }
});

test(covers("AG-52"), async () => {
  const sleeper = new Sleeper();

  await virtually(() => moveOnAt(null, sleeper.sleepFor(100)));

  expect(sleeper).toMatchObject({ deadline: Infinity, isComplete: true, scope: untouched });
});
