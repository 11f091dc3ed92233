import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import {
  cancellable,
  CancelScope,
  CancelledError,
  checkpoint,
  Event,
  Lock,
  moveOnAfter,
  Owner,
  run,
  runDetached,
  sleep,
  sleepForever,
  taskGroup,
} from "../src/index.ts";
import { thrownBy, virtually } from "./virtually.ts";

test(covers("CS-1"), async () => {
  const scope = new CancelScope();

  const value = await virtually(() =>
    scope.run(async () => {
      scope.cancel();
      await sleep(1);
      return "not reached";
    }),
  );

  expect(value).toBeUndefined();
  expect(scope).toMatchObject({ cancelCalled: true, cancelledCaught: true, cancelSource: "explicit" });
});

test(covers("CS-2"), async () => {
  const scope = new CancelScope();

  const value = await virtually(() =>
    scope.run(() => {
      scope.cancel();
      return "value";
    }),
  );

  expect(value).toBe("value");
  expect(scope).toMatchObject({ cancelCalled: true, cancelledCaught: false });
});

test("a scope that nothing cancelled gives its function's value and catches nothing", async () => {
  const scope = new CancelScope({ name: "probe" });

  const value = await virtually(() => scope.run((self) => sleep(1).then(() => self.name)));

  expect(value).toBe("probe");
  expect(scope).toMatchObject({ cancelCalled: false, cancelledCaught: false, cancelSource: undefined });
});

test(covers("CS-3"), async () => {
  const errors: unknown[] = [];
  const event = new Event();
  event.set();

  await virtually(() =>
    new CancelScope().run(async (scope) => {
      scope.cancel();
      for (const wait of [() => sleep(1), () => checkpoint(), () => sleep(0), () => event.wait()]) {
        errors.push(await thrownBy(wait));
      }
    }),
  );

  expect(errors).toHaveLength(4);
  for (const error of errors) expect(error).toBeInstanceOf(CancelledError);
});

test(covers("CS-4"), async () => {
  const scope = new CancelScope();
  let thrown: unknown;

  await virtually(() =>
    scope.run(async () => {
      scope.cancel("first");
      scope.cancel("second");
      scope.deadline = 0;
      thrown = await thrownBy(() => sleep(1));
    }),
  );

  expect(thrown).toMatchObject({ source: "explicit", reason: "first" });
  expect(scope.cancelSource).toBe("explicit");
});

test(covers("CS-5"), async () => {
  const scope = new CancelScope({ timeout: 10 });
  const log: string[] = [];
  scope.cancel("too late");
  scope.cancel("much too late");

  await virtually(() =>
    scope.run(async () => {
      log.push("started");
      log.push(String(await thrownBy(() => sleep(1))));
    }),
  );

  expect(log).toEqual(["started", "CancelledError: cancelled: too late"]);
});

test(covers("CS-6"), async () => {
  const inner = new CancelScope();
  const outer = new CancelScope();
  const log: string[] = [];

  await virtually(() =>
    outer.run(async () => {
      await inner.run(() => {
        inner.cancel();
        return sleep(1);
      });
      log.push("outer goes on");
      const second = new CancelScope();
      await second.run(() => {
        outer.cancel();
        return sleep(1);
      });
      log.push("not reached");
    }),
  );

  expect(log).toEqual(["outer goes on"]);
  expect(inner).toMatchObject({ cancelledCaught: true });
  expect(outer).toMatchObject({ cancelledCaught: true });
});

test(covers("CS-7"), async () => {
  const errors: unknown[] = [];
  const reason = { status: 499 };

  await virtually(
    () =>
      new CancelScope({ name: "probe" }).run(async (scope) => {
        scope.cancel(reason);
        errors.push(await thrownBy(() => sleep(1)));
      }),
    { name: "main" },
  );

  expect(errors[0]).toMatchObject({ code: "TASK_CANCELLED", reason, scopeName: "probe", by: "main" });
  expect((errors[0] as Error).message).toBe('cancelled in scope "probe" by task "main": {"status":499}');
});

test(covers("CS-8"), async () => {
  const failure = new Error("failure");
  const scope = new CancelScope();

  const thrown = await thrownBy(() =>
    virtually(() =>
      scope.run(() => {
        scope.cancel();
        throw failure;
      }),
    ),
  );

  expect(thrown).toBe(failure);
  expect(scope.cancelledCaught).toBe(false);
});

test("an error of undefined leaves a cancelled scope like any other", async () => {
  const scope = new CancelScope();
  let left: unknown = "nothing";

  await virtually(() =>
    scope
      .run(() => {
        scope.cancel();
        return Promise.reject();
      })
      .then(undefined, (error: unknown) => {
        left = error;
      }),
  );

  expect(left).toBeUndefined();
  expect(scope.cancelledCaught).toBe(false);
});

test(covers("CS-9"), async () => {
  const errors = await virtually(async () => {
    const scope = new CancelScope({ name: "probe" });
    const nested = await scope.run(() => thrownBy(() => scope.run(() => "nested")));
    return [nested, await thrownBy(() => scope.run(() => "again")), await thrownBy(() => scope.enter())];
  });

  for (const error of errors) expect(error).toMatchObject({ code: "SCOPE_USED", name: "ScopeUsedError" });
});

test("a scope can be cancelled by another task, and from outside every task", async () => {
  const scopes = [new CancelScope(), new CancelScope()];

  await virtually(() =>
    taskGroup((group) => {
      for (const scope of scopes) group.startSoon(() => scope.run(() => sleep(Infinity)));
      group.startSoon(async () => {
        await sleep(1);
        scopes[0]?.cancel();
        runDetached(() => scopes[1]?.cancel());
      });
    }),
  );

  expect(scopes).toMatchObject([{ cancelledCaught: true }, { cancelledCaught: true }]);
});

test("a wait that ended before the cancellation keeps its value", async () => {
  const log: string[] = [];

  await virtually(() =>
    new CancelScope().run(async (scope) => {
      const event = new Event();
      const waiting = event.wait().then(() => log.push("woken"));
      event.set();
      scope.cancel();
      await waiting;
    }),
  );

  expect(log).toEqual(["woken"]);
});

test("the waits of a scope end in the order in which they began", async () => {
  const log: number[] = [];

  await virtually(() =>
    new CancelScope().run(async (scope) => {
      const waits = [1, 2, 3].map((number) => sleep(100).catch(() => log.push(number)));
      scope.cancel();
      await Promise.all(waits);
    }),
  );

  expect(log).toEqual([1, 2, 3]);
});

test("every wait that one cancellation ends is rejected with the same error", async () => {
  const errors = await virtually(() =>
    new CancelScope().run(async (scope) => {
      const waits = [thrownBy(() => sleep(100)), thrownBy(() => new Event().wait())];
      scope.cancel();
      return await Promise.all([...waits, thrownBy(() => checkpoint())]);
    }),
  );

  expect(new Set(errors).size).toBe(1);
});

test("a CancelledError that is thrown on after its scope has gone is an error like any other", async () => {
  const scope = new CancelScope();

  const thrown = await thrownBy(() =>
    virtually(async () => {
      const stale = await new CancelScope().run((inner) => {
        inner.cancel("stale");
        return thrownBy(() => sleep(1));
      });
      await scope.run(() => {
        throw stale;
      });
    }),
  );

  expect(thrown).toMatchObject({ code: "TASK_CANCELLED", reason: "stale" });
  expect(scope.cancelledCaught).toBe(false);
});

test("cancelling a scope that has been left is on record, and changes nothing else", async () => {
  const scope = new CancelScope();

  const timers = await virtually(async (runtime) => {
    await scope.run(() => sleep(1));
    scope.cancel();
    scope.deadline = 5;
    scope.shield = true;
    const { timers: set } = runtime.statistics();
    await sleep(10);
    return set;
  });

  expect(timers).toBe(0);
  expect(scope).toMatchObject({ cancelCalled: true, cancelledCaught: false });
});

test("a scope whose deadline has passed is cancelled for whoever asks, before its timer has fired", async () => {
  const passed = new CancelScope({ deadline: 5 });
  const open = new CancelScope({ timeout: 5 });

  const seen = await virtually(async (runtime) => {
    const before = [passed.cancelCalled, open.cancelCalled];
    await sleep(10);
    let wasStopped = true;
    await open.run(async () => {
      open.deadline = runtime.now();
      await checkpoint();
      wasStopped = false;
    });
    return [...before, passed.cancelCalled, wasStopped];
  });

  expect(seen).toEqual([false, false, true, true]);
});

test("code that is busy past its deadline notices when it asks", async () => {
  const scope = new CancelScope({ timeout: 2 });
  let reached = false;

  await run(() =>
    scope.run(async () => {
      while (!scope.cancelCalled);
      await sleep(0);
      reached = true;
    }),
  );

  expect(reached).toBe(false);
  expect(scope).toMatchObject({ cancelledCaught: true, cancelSource: "deadline" });
});

test("a timeout or deadline that is negative or no number is refused", () => {
  expect(() => new CancelScope({ timeout: -1 })).toThrow(RangeError);
  expect(() => new CancelScope({ timeout: Number.NaN })).toThrow(RangeError);
  expect(() => new CancelScope({ deadline: Number.NaN })).toThrow(RangeError);
  expect(() => {
    new CancelScope().deadline = Number.NaN;
  }).toThrow(RangeError);
});

test("cancelling from a reaction to a cancellation reaches every scope once", async () => {
  const scopes = [new CancelScope(), new CancelScope(), new CancelScope()];
  const log: number[] = [];

  await virtually(() =>
    taskGroup((group) => {
      for (const [index, scope] of scopes.entries()) {
        group.startSoon(() =>
          scope.run(async () => {
            try {
              await sleep(Infinity);
            } finally {
              log.push(index);
              for (const other of scopes) other.cancel();
            }
          }),
        );
      }
      group.startSoon(() => scopes[0]?.cancel());
    }),
  );

  expect(log).toEqual([0, 1, 2]);
});

test("every kind of wait throws at once in a scope that is cancelled already, and leaves nothing behind", async () => {
  const event = new Event();
  const lock = new Lock();
  const owner = new Owner((own) => own.publish("value"));
  const never = new Promise<never>(() => {});

  const errors = await virtually(() =>
    taskGroup(async (group) => {
      const child = group.startSoon(() => sleep(50));
      const thrown = await new CancelScope({ name: "probe" }).run(async (scope) => {
        scope.cancel();
        return await Promise.all([
          thrownBy(() => event.wait()),
          thrownBy(() => child.wait()),
          thrownBy(() => lock.acquire()),
          thrownBy(() => owner.lease()),
          thrownBy(() => cancellable(never)),
          thrownBy(() => sleep(1)),
          thrownBy(() => sleepForever()),
          thrownBy(() => checkpoint()),
        ]);
      });
      return thrown;
    }),
  );

  expect(errors).toEqual(Array(8).fill(expect.objectContaining({ code: "TASK_CANCELLED", scopeName: "probe" })));
  expect(event.statistics().tasksWaiting + lock.statistics().tasksWaiting + owner.statistics().waiting).toBe(0);
});

test("the reason that leaves is the one in force, when it overtook another on its way out", async () => {
  const controller = new AbortController();

  const thrown = await thrownBy(() =>
    virtually(() => moveOnAfter(5, () => sleep(100).finally(() => controller.abort("shutdown"))), {
      signal: controller.signal,
    }),
  );

  expect(thrown).toMatchObject({ code: "TASK_CANCELLED", source: "signal", reason: "shutdown" });
});
