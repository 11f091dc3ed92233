import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import { CancelScope, checkpoint, failAfter, moveOnAfter, run, sleep, taskGroup } from "../src/index.ts";
import { VirtualRuntime } from "../src/testing/index.ts";
import { thrownBy, virtually } from "./virtually.ts";

test(covers("DL-1"), async () => {
  const scope = new CancelScope({ timeout: 10 });

  const left = await virtually(async (runtime) => {
    await sleep(100);
    await scope.run(() => sleep(Infinity));
    return runtime.now();
  });

  expect(left).toBe(110);
  expect(scope).toMatchObject({ cancelSource: "deadline", cancelledCaught: true, deadline: 110 });
});

test("the earlier of a timeout and a deadline holds", async () => {
  const deadlines = await virtually(async () => {
    const scopes = [new CancelScope({ timeout: 10, deadline: 20 }), new CancelScope({ timeout: 20, deadline: 15 })];
    for (const scope of scopes) scope.enter();
    for (const scope of scopes.toReversed()) scope.exit();
    await checkpoint();
    return scopes.map((scope) => scope.deadline);
  });

  expect(deadlines).toEqual([10, 15]);
});

test(covers("DL-2"), async () => {
  const failed = await thrownBy(() => virtually(() => failAfter(100, () => sleep(500))));
  const moved = await virtually(() => moveOnAfter(100, () => sleep(500).then(() => "late")));

  expect(failed).toMatchObject({ code: "SCOPE_TIMEOUT", timeout: 100, name: "TimeoutError" });
  expect(moved).toBeUndefined();
});

test("inside, a deadline is felt as a CancelledError that says so", async () => {
  const inner = await virtually(() => moveOnAfter(5, () => thrownBy(() => sleep(50))));

  expect(inner).toMatchObject({ source: "deadline" });
  expect((inner as Error).message).toBe('cancelled in scope "moveOnAfter(5)": deadline exceeded');
});

test("a function that is done in time gives its value", async () => {
  const values = await virtually(() =>
    Promise.all([failAfter(10, () => sleep(1).then(() => "a")), moveOnAfter(10, async () => "b")]),
  );

  expect(values).toEqual(["a", "b"]);
});

test(covers("DL-3"), async () => {
  const scopes: CancelScope[] = [];

  const value = await virtually((runtime) =>
    failAfter(100, async (scope) => {
      scopes.push(scope);
      scope.cancel();
      await new CancelScope({ shield: true }).run(() => sleep(110));
      expect(runtime.now()).toBe(110);
      await checkpoint();
    }),
  );

  expect(value).toBeUndefined();
  expect(scopes).toMatchObject([{ cancelSource: "explicit", cancelledCaught: true }]);
});

test(covers("DL-4"), async () => {
  const log: string[] = [];

  const stopped = await virtually(() =>
    moveOnAfter(0, async () => {
      log.push("started");
      await checkpoint();
      log.push("not reached");
    }),
  );
  const unmet = await virtually(() => failAfter(0, () => "met no cancel point"));
  const unlimited = await virtually(() => failAfter(null, (scope) => sleep(1e9).then(() => scope.deadline)));

  expect(stopped).toBeUndefined();
  expect(log).toEqual(["started"]);
  expect(unmet).toBe("met no cancel point");
  expect(unlimited).toBe(Infinity);
});

test(covers("DL-5"), async () => {
  const log: string[] = [];

  await virtually(async (runtime) => {
    await failAfter(100, async (scope) => {
      scope.deadline += 300;
      await sleep(200);
      log.push(`later: ${runtime.now()}`);
    });
    await moveOnAfter(1_000, async (scope) => {
      scope.deadline = runtime.now() + 10;
      await sleep(500);
    });
    log.push(`earlier: ${runtime.now()}`);
    await moveOnAfter(1_000, async (scope) => {
      scope.deadline = 0;
      log.push(`past: ${String(scope.cancelCalled)}`);
      await sleep(500);
    });
    log.push(`past: ${runtime.now()}`);
  });

  expect(log).toEqual(["later: 200", "earlier: 210", "past: true", "past: 210"]);
});

test(covers("DL-6"), async () => {
  const runtime = new VirtualRuntime();

  await run(() => moveOnAfter(1_000, () => sleep(1)), { runtime });
  await run(() => thrownBy(() => failAfter(1_000, () => Promise.reject(new Error("failure")))), { runtime });
  await run(
    () =>
      moveOnAfter(1_000, async (scope) => {
        scope.cancel();
        await sleep(500);
      }),
    { runtime },
  );

  expect(runtime.now()).toBe(1);
  expect(runtime.statistics().timers).toBe(0);
});

test("a scope cancelled by hand drops its timer at once, not only when it is left, and sets no other", async () => {
  const timers = await virtually((runtime) =>
    moveOnAfter(1_000, (scope) => {
      scope.cancel();
      const { timers: dropped } = runtime.statistics();
      scope.deadline = 500;
      return dropped + runtime.statistics().timers;
    }),
  );

  expect(timers).toBe(0);
});

test("of two nested deadlines the earlier one stops both functions, and only its scope catches", async () => {
  const outer = new CancelScope({ timeout: 10 });
  const inner = new CancelScope({ timeout: 100 });
  const log: string[] = [];

  await virtually(() =>
    outer.run(async () => {
      await inner.run(() => sleep(500));
      log.push("not reached");
    }),
  );

  expect(log).toEqual([]);
  expect(outer).toMatchObject({ cancelCalled: true, cancelledCaught: true });
  expect(inner).toMatchObject({ cancelCalled: false, cancelledCaught: false });
});

test("an inner failAfter throws no TimeoutError when the scope round it was cancelled", async () => {
  const log: string[] = [];

  await virtually(async () => {
    await new CancelScope().run(async (outer) => {
      outer.cancel();
      await failAfter(10, () => sleep(500));
      log.push("not reached");
    });
    log.push("caught by the outer scope");
  });

  expect(log).toEqual(["caught by the outer scope"]);
});

test("a shielded failAfter times out under a cancelled group", async () => {
  const thrown = await thrownBy(() =>
    virtually(() =>
      taskGroup(async (group) => {
        group.cancel();
        await new CancelScope({ shield: true }).run(() => failAfter(200, () => sleep(500)));
      }),
    ),
  );

  expect(thrown).toMatchObject({ code: "EXCEPTION_GROUP", errors: [{ code: "SCOPE_TIMEOUT" }] });
});

test("failAfter round a group of sleepers throws exactly its TimeoutError", async () => {
  const thrown = await thrownBy(() =>
    virtually(() =>
      failAfter(10, () =>
        taskGroup(async (group) => {
          group.startSoon(() => sleep(500));
          group.startSoon(() => sleep(500));
          await sleep(500);
        }),
      ),
    ),
  );

  expect(thrown).toMatchObject({ code: "SCOPE_TIMEOUT" });
});

test("failAfter and moveOnAfter reject for a delay that is negative or no number", async () => {
  const errors = [
    await thrownBy(() => failAfter(-1, () => "x").catch((error: unknown) => Promise.reject(error as Error))),
    await thrownBy(() => moveOnAfter(Number.NaN, () => "x").catch((error: unknown) => Promise.reject(error as Error))),
  ];

  for (const error of errors) expect(error).toBeInstanceOf(RangeError);
});

test("scopes that share a moment are cancelled in the order in which they were entered", async () => {
  const log: string[] = [];

  await virtually(() =>
    taskGroup((group) => {
      for (const name of ["a", "b", "c"]) {
        group.startSoon(() => moveOnAfter(10, () => sleep(100).finally(() => log.push(name))));
      }
    }),
  );

  expect(log).toEqual(["a", "b", "c"]);
});
