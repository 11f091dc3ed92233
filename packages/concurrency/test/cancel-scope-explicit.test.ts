import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import {
  CancelScope,
  checkpoint,
  currentTask,
  gather,
  run,
  runDetached,
  ScopeNotCurrentError,
  ScopeWrongTaskError,
  sleep,
  taskGroup,
} from "../src/index.ts";
import { thrownBy, virtually } from "./virtually.ts";

const wrongTask = "Attempted to exit cancel scope in a different task than it was entered in";
const notCurrent = "Attempted to exit a cancel scope that isn't the current task's current cancel scope";

test(covers("CE-1"), async () => {
  const scope = new CancelScope();

  const { host, thrown, closer } = await virtually(
    async () => {
      scope.enter();
      const [other] = await gather([
        async () => ({ thrown: await thrownBy(() => scope.exit()), closer: currentTask() }),
      ]);
      scope.exit();
      return { host: currentTask(), ...other };
    },
    { name: "opener" },
  );

  expect(thrown).toBeInstanceOf(ScopeWrongTaskError);
  expect(thrown).toMatchObject({ code: "SCOPE_WRONG_TASK", message: wrongTask, hint: expect.any(String) });
  expect((thrown as ScopeWrongTaskError).host).toBe(host);
  expect((thrown as ScopeWrongTaskError).task).toBe(closer);
});

test("exit() outside every task throws SCOPE_WRONG_TASK without a task, and changes nothing", async () => {
  const thrown = await virtually(async () => {
    const scope = new CancelScope().enter();
    const error = await runDetached(() => thrownBy(() => scope.exit()));
    scope.exit();
    return error;
  });

  expect(thrown).toMatchObject({ code: "SCOPE_WRONG_TASK", message: wrongTask });
  expect(thrown).not.toHaveProperty("task");
});

test(covers("CE-2"), async () => {
  const thrown = await virtually(async () => {
    const first = new CancelScope({ name: "first" }).enter();
    const second = new CancelScope({ name: "second" }).enter();
    const error = await thrownBy(() => first.exit());
    second.exit();
    first.exit();
    return error;
  });

  expect(thrown).toBeInstanceOf(ScopeNotCurrentError);
  expect(thrown).toMatchObject({
    code: "SCOPE_NOT_CURRENT",
    message: notCurrent,
    hint: expect.any(String),
    scope: { name: "first" },
    current: { name: "second" },
  });
});

test("a scope cannot be exited inside a callback scope that was entered later", async () => {
  const thrown = await virtually(async () => {
    const scope = new CancelScope({ name: "explicit" }).enter();
    const inScope = await new CancelScope({ name: "callback" }).run(() => thrownBy(() => scope.exit()));
    const inGroup = await taskGroup(() => thrownBy(() => scope.exit()));
    scope.exit();
    return [inScope, inGroup];
  });

  expect(thrown[0]).toMatchObject({ message: notCurrent, scope: { name: "explicit" }, current: { name: "callback" } });
  expect(thrown[1]).toMatchObject({ message: notCurrent, scope: { name: "explicit" }, current: { name: undefined } });
});

test(covers("CE-3"), async () => {
  const first = new CancelScope();
  const second = new CancelScope();

  const thrown = await virtually(async () => {
    first.enter();
    second.enter();
    const [error] = await gather([() => thrownBy(() => first.exit())]);
    second.exit();
    first.exit();
    return error;
  });

  expect(thrown).toMatchObject({ code: "SCOPE_WRONG_TASK", message: wrongTask });
});

test(covers("CE-4"), async () => {
  const outer = new CancelScope();
  const inner = new CancelScope();
  const log: string[] = [];

  await virtually(async () => {
    outer.enter();
    inner.enter();
    await gather([() => thrownBy(() => inner.exit()), () => thrownBy(() => outer.exit())]);
    await thrownBy(() => outer.exit());
    inner.cancel();
    await thrownBy(() => checkpoint());
    log.push("inner is still in force");
    inner.exit();
    await checkpoint();
    outer.cancel();
    await thrownBy(() => checkpoint());
    log.push("outer is still in force");
    outer.exit();
    await checkpoint();
    log.push("both are left");
  });

  expect(log).toEqual(["inner is still in force", "outer is still in force", "both are left"]);
});

test(covers("CE-5"), async () => {
  const log: string[] = [];
  const scope = (): CancelScope => new CancelScope({ timeout: 10 });
  const enterAtOnce = async (it: CancelScope): Promise<void> => {
    it.enter();
    await sleep(1);
  };
  const enterLater = async (it: CancelScope): Promise<void> => {
    await sleep(1);
    it.enter();
    await sleep(1);
  };
  const exitLater = async (it: CancelScope): Promise<void> => {
    await Promise.resolve();
    it.exit();
  };

  await virtually(async () => {
    for (const enter of [enterAtOnce, enterLater]) {
      const it = scope();
      await enter(it);
      log.push(String(await thrownBy(() => sleep(100))));
      await exitLater(it);
      await sleep(100);
    }
  });

  expect(log).toEqual(Array(2).fill("CancelledError: cancelled: deadline exceeded"));
});

test(covers("CE-6"), async () => {
  const inner = new CancelScope({ name: "inner" });
  const outer = new CancelScope({ name: "outer" });

  const thrown = await virtually(async () => {
    const error = await thrownBy(() => outer.run(() => void inner.enter()));
    await checkpoint();
    return error;
  });

  expect(thrown).toMatchObject({ message: notCurrent });
  expect((thrown as ScopeNotCurrentError).scope).toBe(outer);
  expect((thrown as ScopeNotCurrentError).current).toBe(inner);
});

test("an error of the function stands before the scope that it left open", async () => {
  const failure = new Error("failure");

  const thrown = await virtually(() =>
    thrownBy(() =>
      new CancelScope().run(() => {
        new CancelScope().enter();
        throw failure;
      }),
    ),
  );

  expect(thrown).toBe(failure);
});

test("a group whose body leaves a scope open joins its children before it throws", async () => {
  const log: string[] = [];

  const thrown = await virtually(() =>
    thrownBy(() =>
      taskGroup((group) => {
        group.startSoon(() => sleep(10).then(() => log.push("child")));
        new CancelScope().enter();
      }),
    ),
  );

  expect(log).toEqual(["child"]);
  expect(thrown).toMatchObject({ message: notCurrent });
});

test(covers("CE-7"), async () => {
  const errors = await virtually(async () => {
    const never = new CancelScope();
    const twice = new CancelScope().enter();
    twice.exit();
    const callback = new CancelScope();
    await callback.run(() => "done");
    return [
      await thrownBy(() => never.exit()),
      await thrownBy(() => twice.exit()),
      await thrownBy(() => callback.exit()),
    ];
  });

  for (const error of errors) {
    expect(error).toMatchObject({ code: "SCOPE_NOT_ACTIVE", message: "This cancel scope is not active" });
  }
});

test("exit() is not for a scope that run() entered: it throws SCOPE_NOT_ACTIVE, and the scope stays open", async () => {
  const scope = new CancelScope();

  const thrown = await virtually(() =>
    scope.run(async () => {
      const error = await thrownBy(() => scope.exit());
      scope.cancel();
      await checkpoint().catch(() => {});
      return error;
    }),
  );

  expect(thrown).toMatchObject({ code: "SCOPE_NOT_ACTIVE" });
  expect(scope.cancelCalled).toBe(true);
});

test(covers("CE-8"), async () => {
  const abandoned: unknown[] = [];
  const scope = new CancelScope({ name: "left open", timeout: 1_000 });

  const value = await virtually(
    () => {
      scope.enter();
      return "value";
    },
    { instruments: [{ scopeAbandoned: (event) => abandoned.push(event) }], name: "careless" },
  );

  expect(value).toBe("value");
  expect(abandoned).toEqual([
    { task: expect.objectContaining({ name: "careless" }), name: "left open", explicit: true },
  ]);
});

test("exit() after the enclosing scope has gone, which reported it, is quiet once", async () => {
  const inner = new CancelScope();

  const again = await virtually(async () => {
    await thrownBy(() => new CancelScope().run(() => void inner.enter()));
    inner.exit();
    return await thrownBy(() => inner.exit());
  });

  expect(again).toMatchObject({ code: "SCOPE_NOT_ACTIVE" });
});

test(covers("CE-9"), async () => {
  const cancelled = new CancelScope();
  const expired = new CancelScope({ timeout: 10 });
  const log: string[] = [];

  await virtually(async () => {
    cancelled.enter();
    const [, error] = await Promise.all([sleep(1).then(() => cancelled.cancel("stop")), thrownBy(() => sleep(100))]);
    log.push(String(error));
    log.push(String(await thrownBy(() => taskGroup((group) => void group.startSoon(() => sleep(1))))));
    cancelled.exit();
    expired.enter();
    log.push(String(await thrownBy(() => sleep(100))));
    expired.exit();
    await sleep(100);
    log.push("free");
  });

  expect(log).toEqual([
    'CancelledError: cancelled by task "task-1": stop',
    'CancelledError: cancelled by task "task-1": stop',
    "CancelledError: cancelled: deadline exceeded",
    "free",
  ]);
  expect([cancelled.cancelledCaught, expired.cancelledCaught]).toEqual([false, false]);
});

test("an entered scope does not reach waits that began before it", async () => {
  const log: string[] = [];

  await virtually(async () => {
    const earlier = sleep(20).then(() => log.push("earlier"));
    const scope = new CancelScope({ timeout: 10 }).enter();
    log.push(String(await thrownBy(() => sleep(20))));
    scope.exit();
    await earlier;
  });

  expect(log).toEqual(["CancelledError: cancelled: deadline exceeded", "earlier"]);
});

test("a shield can be entered too, and what runs in it is not disturbed", async () => {
  const log: string[] = [];

  await virtually(() =>
    new CancelScope().run(async (outer) => {
      outer.cancel();
      const shield = new CancelScope({ shield: true }).enter();
      await sleep(1);
      log.push("slept");
      shield.exit();
      await checkpoint();
      log.push("not reached");
    }),
  );

  expect(log).toEqual(["slept"]);
});

test("the counted connection of the incident: the last to leave is refused, and the first may still close", async () => {
  const scope = new CancelScope({ name: "connection" });
  let users = 0;
  const hold = async (delay: number): Promise<void> => {
    if (users++ === 0) scope.enter();
    await sleep(delay);
    if (--users === 0) scope.exit();
  };

  const thrown = await thrownBy(() => virtually(() => gather([10, 20].map((delay) => () => hold(delay)))));
  users = 0;

  expect(thrown).toMatchObject({ code: "EXCEPTION_GROUP", errors: [{ message: wrongTask }] });
  expect((thrown as Error).message).toBe(`unhandled errors in a task group (1): ${wrongTask}`);
});

test("entering by hand works on the system runtime as well", async () => {
  const errors = await run(async () => {
    const first = new CancelScope().enter();
    const second = new CancelScope({ timeout: 20 }).enter();
    const [task] = await gather([() => thrownBy(() => second.exit())]);
    const felt = await thrownBy(() => sleep(60_000));
    const order = await thrownBy(() => first.exit());
    second.exit();
    first.exit();
    return [felt, order, task];
  });

  expect(errors).toMatchObject([{ source: "deadline" }, { message: notCurrent }, { message: wrongTask }]);
});
