import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import {
  cancellable,
  CancelledError,
  CancelScope,
  checkpoint,
  currentEffectiveDeadline,
  Event,
  ExceptionGroup,
  gather,
  Lock,
  moveOnAfter,
  openMemoryChannel,
  Owner,
  runDetached,
  shielded,
  sleep,
  sleepForever,
  sleepUntil,
  taskGroup,
  waitForEvent,
  withSignal,
} from "../src/index.ts";
import { thrownBy, virtually } from "./virtually.ts";

test(covers("CS-12"), async () => {
  const scopes = [new CancelScope(), new CancelScope()] as const;
  const imitated = Object.assign(new Error("cancelled by task"), { name: "CancelledError" });

  const thrown = await virtually(async () => {
    const ofImitation = await thrownBy(() =>
      scopes[0].run((scope) => {
        scope.cancel();
        throw imitated;
      }),
    );
    await scopes[1].run(async (scope) => {
      scope.cancel();
      const cancelled = (await thrownBy(() => checkpoint())) as Error;
      cancelled.message = "something else";
      throw cancelled;
    });
    return ofImitation;
  });

  expect(thrown).toBe(imitated);
  expect(scopes.map((scope) => scope.cancelledCaught)).toEqual([false, true]);
});

test(covers("CS-13"), async () => {
  const controller = new AbortController();
  const errors: unknown[] = [];
  const feel = async (): Promise<void> => void errors.push(await thrownBy(() => sleep(100)));

  await thrownBy(() =>
    virtually(
      async () => {
        await new CancelScope({ timeout: 1 }).run(feel);
        await new CancelScope({ signal: controller.signal }).run(() => {
          controller.abort("aborted");
          return feel();
        });
        await new CancelScope().run(() => void feel());
        await sleep(1);
        await taskGroup((group) => {
          group.startSoon(feel);
          group.startSoon(() => Promise.reject(new Error("failure")), { name: "failing" });
          return new CancelScope({ shield: true }).run((scope) => {
            scope.cancel("enough");
            return feel();
          });
        });
      },
      { name: "main" },
    ),
  );

  expect(errors).toMatchObject([
    { source: "deadline", by: undefined },
    { source: "signal", reason: "aborted", by: undefined },
    { source: "left", by: undefined },
    { source: "explicit", reason: "enough", by: "main" },
    { source: "failure", reason: { message: "failure" }, by: "failing" },
  ]);
  expect(errors.every((error) => error instanceof CancelledError)).toBe(true);
});

test(covers("CS-14"), async () => {
  const scopes = [new CancelScope(), new CancelScope(), new CancelScope()] as const;

  await virtually((runtime) =>
    taskGroup((group) => {
      for (const scope of scopes) group.startSoon(() => scope.run(() => sleepForever()));
      group.startSoon(async () => {
        await sleep(1);
        scopes[0].cancel();
        runDetached(() => scopes[1].cancel());
        runtime.setTimer(5, () => scopes[2].cancel());
      });
    }),
  );

  expect(scopes.map((scope) => scope.cancelledCaught)).toEqual([true, true, true]);
});

test(covers("CS-15"), async () => {
  const seen: string[] = [];
  const events = [new Event(), new Event()] as const;

  await virtually(() =>
    new CancelScope().run(async (scope) => {
      const waits = events.map((event) =>
        event.wait().then(
          () => seen.push("woken"),
          () => seen.push("cancelled"),
        ),
      );
      events[0].set();
      scope.cancel();
      events[1].set();
      await Promise.all(waits);
    }),
  );

  expect(seen).toEqual(["woken", "cancelled"]);
});

test(covers("CS-16"), async () => {
  const log: string[] = [];

  await virtually(() =>
    new CancelScope().run(async (scope) => {
      scope.cancel();
      log.push("goes on");
      await Promise.resolve();
      log.push("past an await of something else");
      await checkpoint();
      log.push("not reached");
    }),
  );

  expect(log).toEqual(["goes on", "past an await of something else"]);
});

test(covers("CS-17"), async () => {
  const seen: unknown[] = [];

  await virtually(() =>
    new CancelScope({ name: "outer" }).run(async (outer) => {
      outer.cancel();
      await new CancelScope({ timeout: 100 }).run(async (inner) => {
        seen.push(inner.cancelCalled, currentEffectiveDeadline(), await thrownBy(() => sleep(1)));
      });
    }),
  );

  expect(seen).toMatchObject([false, -Infinity, { code: "TASK_CANCELLED", scopeName: "outer" }]);
});

test(covers("CS-18"), async () => {
  const set = new Event();
  set.set();
  const lock = new Lock();
  const full = openMemoryChannel<number>(1);
  full.send.sendNoWait(1);
  const room = openMemoryChannel<number>(1);
  await using owner = new Owner((own) => own.publish("value"));
  await owner.open();

  const errors = await virtually(() =>
    taskGroup(async (group) => {
      const done = group.startSoon(() => "value");
      await done;
      const waits = [
        () => set.wait(),
        () => done.wait(),
        () => done,
        () => lock.acquire(),
        () => lock.withLock(() => "value"),
        () => full.receive.receive(),
        () => room.send.send(2),
        () => cancellable(Promise.resolve("value")),
        () => withSignal(() => "value"),
        () => sleep(0),
        () => sleep(Infinity),
        () => sleepUntil(0),
        () => checkpoint(),
        () => waitForEvent(new EventTarget(), "event"),
        () => group.start((status) => sleep(1).then(() => status.started())),
        () => gather([() => checkpoint()]),
      ];
      return await new CancelScope({ name: "probe" }).run(async (scope) => {
        scope.cancel();
        return await Promise.all(waits.map((wait) => thrownBy(wait)));
      });
    }),
  );
  const ofLease = await new CancelScope({ name: "probe" }).run((scope) => {
    scope.cancel();
    return thrownBy(() => owner.lease());
  });

  expect([...(errors ?? []), ofLease]).toEqual(
    Array(17).fill(expect.objectContaining({ code: "TASK_CANCELLED", scopeName: "probe" })),
  );
});

test(covers("CS-19"), async () => {
  const set = new Event();
  set.set();
  const lock = new Lock();
  const full = openMemoryChannel<number>(1);
  full.send.sendNoWait(1);
  const room = openMemoryChannel<number>(1);
  const log: string[] = [];

  await virtually(async () => {
    const done = await taskGroup((group) => [group.startSoon(() => "value")]);
    const waits: Record<string, () => unknown> = {
      event: () => set.wait(),
      handle: () => done[0]?.wait(),
      lock: () => lock.acquire(),
      receive: () => full.receive.receive(),
      send: () => room.send.send(2),
      cancellable: () => cancellable(Promise.resolve("value")),
      "sleep(0)": () => sleep(0),
      sleepUntil: () => sleepUntil(0),
      checkpoint: () => checkpoint(),
      group: () => taskGroup(() => "value"),
    };
    for (const [name, wait] of Object.entries(waits)) {
      await taskGroup(async (group) => {
        group.startSoon(() => log.push("the other task"));
        await wait();
        log.push(name);
      });
    }
    lock.release();
  });

  expect(log.filter((_, index) => index % 2 === 0)).toEqual(Array(10).fill("the other task"));
  expect(log).toHaveLength(20);
});

test(covers("CS-20"), async () => {
  const failure = new Error("failure");
  const cause = new Error("cause");
  const outcomes: unknown[] = [];
  const groupOf = (errors: unknown[]): ExceptionGroup => Object.assign(new ExceptionGroup(errors), { cause });

  for (const make of [
    (own: unknown) => own,
    (own: unknown) => groupOf([own, groupOf([own])]),
    (own: unknown) => groupOf([own, failure]),
    () => groupOf([failure]),
    () => failure,
  ]) {
    const scope = new CancelScope();
    const left = await virtually(() =>
      scope
        .run(async () => {
          scope.cancel();
          throw make(await thrownBy(() => checkpoint()));
        })
        .then(
          () => "nothing",
          (error: unknown) => error,
        ),
    );
    outcomes.push([left, scope.cancelledCaught]);
  }

  expect(outcomes).toEqual([
    ["nothing", true],
    ["nothing", true],
    [expect.objectContaining({ errors: [failure], cause }), true],
    [expect.objectContaining({ errors: [failure], cause }), false],
    [failure, false],
  ]);
});

test(covers("SH-4"), async () => {
  const log: string[] = [];

  await virtually(() =>
    new CancelScope().run(async (outer) => {
      outer.cancel();
      await shielded(() => sleep(1));
      log.push("left a shield");
      await new CancelScope({ shield: true }).run(() => "value");
      log.push("left another");
      new CancelScope({ shield: true }).enter().exit();
      log.push("left one by hand");
      await checkpoint();
      log.push("not reached");
    }),
  );

  expect(log).toEqual(["left a shield", "left another", "left one by hand"]);
});

test(covers("SH-5"), async () => {
  const log: string[] = [];

  await virtually((runtime) =>
    new CancelScope({ name: "outermost" }).run(async (outermost) => {
      await new CancelScope({ name: "nearest" }).run(async (nearest) => {
        const lifted = new CancelScope({ shield: true });
        await lifted.run(() =>
          taskGroup(async (group) => {
            group.startSoon(() =>
              sleep(50).catch((error: CancelledError) => log.push(`by ${String(error.scopeName)}`)),
            );
            group.startSoon(() => shielded(() => sleep(20).then(() => log.push(`held until ${runtime.now()}`))));
            await sleep(1);
            nearest.cancel();
            outermost.cancel();
            await sleep(1);
            lifted.shield = false;
          }),
        );
      });
    }),
  );

  expect(log).toEqual(["by nearest", "held until 20"]);
});

test(covers("SH-6"), async () => {
  const scope = new CancelScope({ shield: true });

  const errors = await virtually(() =>
    scope.run(() =>
      Promise.all(
        [1, "true", null, undefined].map((value) =>
          thrownBy(() => {
            scope.shield = value as never;
          }),
        ),
      ),
    ),
  );

  expect(errors?.map((error) => (error as Error).message)).toEqual(
    ["1", "true", "null", "undefined"].map((value) => `shield is true or false, and ${value} is neither`),
  );
  expect(errors?.every((error) => error instanceof TypeError)).toBe(true);
  expect(scope.shield).toBe(true);
});

test(covers("SH-7"), async () => {
  const inner = new CancelScope({ name: "inner" });
  const log: string[] = [];
  const raise = (signal: AbortSignal): Promise<void> => {
    signal.addEventListener("abort", () => (inner.shield = true));
    return sleepForever();
  };

  await virtually(() =>
    new CancelScope({ name: "outer" }).run(async (outer) => {
      const raising = withSignal(raise).catch(() => log.push("the first wait was reached"));
      const sheltered = inner.run(async () => {
        await sleep(10);
        log.push("the second went on");
        const [late] = await Promise.all([thrownBy(() => sleep(10)), sleep(1).then(() => (inner.shield = false))]);
        log.push(`${String((late as CancelledError).scopeName)} was felt`);
      });
      await Promise.resolve();
      outer.cancel();
      await Promise.allSettled([raising, sheltered]);
    }),
  );

  expect(log).toEqual(["the first wait was reached", "the second went on", "outer was felt"]);
});

test(covers("CE-10"), async () => {
  const abandoned: unknown[] = [];
  const log: string[] = [];
  const openers = [
    (fn: () => Promise<void>) => new CancelScope({ name: "callback" }).run(fn),
    (fn: () => Promise<void>) => taskGroup(fn, { name: "group" }),
  ];

  await virtually(
    async () => {
      for (const open of openers) {
        const inner = new CancelScope({ name: "inner" });
        const thrown = await thrownBy(() =>
          open(async () => {
            await sleep(1);
            inner.enter();
            void sleep(100).catch((error: CancelledError) => log.push(`wait ended: ${error.source}`));
            void taskGroup((group) => {
              group.startSoon(() =>
                sleep(100).catch((error: CancelledError) => log.push(`task ended: ${error.source}`)),
              );
            });
            await sleep(1);
          }),
        );
        log.push((thrown as { code: string }).code);
        await checkpoint();
        inner.exit();
        log.push(((await thrownBy(() => inner.exit())) as { code: string }).code);
        await checkpoint();
      }
    },
    { instruments: [{ scopeAbandoned: ({ name, explicit }) => explicit && abandoned.push(name) }] },
  );

  expect(log).toEqual(
    [1, 2].flatMap(() => ["SCOPE_NOT_CURRENT", "wait ended: left", "task ended: left", "SCOPE_NOT_ACTIVE"]),
  );
  expect(abandoned).toEqual(["inner", "inner"]);
});

test("a deadline inside a scope that it does not stop leaves the scope's own flags alone", async () => {
  const outer = new CancelScope();

  const value = await virtually(() => outer.run(async () => (await moveOnAfter(1, () => sleep(5))) ?? "went on"));

  expect(value).toBe("went on");
  expect(outer).toMatchObject({ cancelCalled: false, cancelledCaught: false, cancelSource: undefined });
});
