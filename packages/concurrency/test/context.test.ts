import { AsyncLocalStorage } from "node:async_hooks";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import * as concurrency from "../src/index.ts";
import {
  CancelScope,
  captureContext,
  type CapturedContext,
  checkpoint,
  currentTask,
  Event,
  gather,
  moveOnAfter,
  Owner,
  run,
  runDetached,
  shielded,
  sleep,
  taskGroup,
} from "../src/index.ts";
import { drained, thrownBy, virtually } from "./virtually.ts";

const folder = mkdtempSync(join(tmpdir(), "concurrency-copy-"));
let copy: typeof concurrency;

beforeAll(async () => {
  cpSync(join(import.meta.dirname, "../src"), folder, { recursive: true });
  copy = (await import(join(folder, "index.ts"))) as typeof concurrency;
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

test(covers("U-1"), async () => {
  const log: string[] = [];
  const probe = async (): Promise<void> => {
    await moveOnAfter(5, () => sleep(50));
    log.push("probe ended");
  };

  await virtually(async (runtime) => {
    const floating = probe();
    await sleep(20);
    log.push(`caller slept until ${runtime.now()}`);
    await floating;
  });

  expect(log).toEqual(["probe ended", "caller slept until 20"]);
});

test(covers("U-2"), async () => {
  const log: string[] = [];
  const call = async (name: string, timeout: number, delay: number): Promise<void> => {
    await moveOnAfter(timeout, async () => {
      await sleep(delay);
      log.push(`${name} slept`);
    });
    log.push(`${name} left`);
  };

  await virtually(() =>
    Promise.all([call("quick", 100, 5), call("stopped", 10, 50), call("slow", 100, 20), call("last", 100, 30)]),
  );

  expect(log).toEqual([
    "quick slept",
    "quick left",
    "stopped left",
    "slow slept",
    "slow left",
    "last slept",
    "last left",
  ]);
});

test("an async generator that yields inside a scope leaves its consumer alone", async () => {
  const log: string[] = [];
  async function* rows(): AsyncGenerator<number> {
    yield* (await moveOnAfter(5, () => sleep(1).then(() => [1, 2]))) ?? [];
  }

  await virtually(async () => {
    for await (const row of rows()) {
      await sleep(20);
      log.push(`row ${row}`);
    }
  });

  expect(log).toEqual(["row 1", "row 2"]);
});

test(covers("U-4"), async () => {
  const abandoned: unknown[] = [];
  const ends: string[] = [];

  await virtually(
    async () => {
      await new CancelScope({ name: "left early" }).run(() => {
        void moveOnAfter(50, () => sleep(100)).catch((error: unknown) => ends.push(String(error)));
        void sleep(100).catch((error: unknown) => ends.push(String(error)));
      });
      await checkpoint();
    },
    { instruments: [{ scopeAbandoned: ({ name, explicit }) => abandoned.push({ name, explicit }) }] },
  );

  expect(abandoned).toEqual([{ name: "left early", explicit: false }]);
  expect(ends).toEqual(
    Array(2).fill('CancelledError: cancelled in scope "left early": the scope around it has been left'),
  );
});

test("what a task leaves running is cancelled when the task ends, in a shield too", async () => {
  const ends: string[] = [];

  await virtually(() => {
    void shielded(() => moveOnAfter(1_000, () => sleep(100))).catch((error: unknown) => ends.push(String(error)));
    void sleep(100).catch((error: unknown) => ends.push(String(error)));
  });
  await drained();

  expect(ends.toSorted()).toEqual(Array(2).fill("CancelledError: cancelled: the scope around it has been left"));
});

test("shielded clean-up of code that outlived its scope runs on while the task lives, and no longer", async () => {
  const log: string[] = [];
  const holding = async (name: string, cleanUp: number): Promise<void> => {
    try {
      await sleep(Infinity);
    } finally {
      await shielded(() => sleep(cleanUp)).then(
        () => log.push(`${name} cleaned up`),
        () => log.push(`${name} was cut short`),
      );
    }
  };

  await virtually(async () => {
    await new CancelScope().run(() => {
      void holding("quick", 5).catch(() => {});
      void holding("slow", 500).catch(() => {});
    });
    await sleep(50);
  });
  await drained();

  expect(log).toEqual(["quick cleaned up", "slow was cut short"]);
});

test("code that outlived its scope is stopped at its next cancel point", async () => {
  const gate = new Event();
  const ends: string[] = [];

  await virtually(async () => {
    const foreign = Promise.withResolvers<void>();
    let late: Promise<unknown> = Promise.resolve();
    await new CancelScope().run(() => {
      late = foreign.promise.then(() => sleep(1)).catch((error: unknown) => ends.push(String(error)));
    });
    foreign.resolve();
    await late;
    gate.set();
  });

  expect(ends).toEqual(["CancelledError: cancelled: this code outlived the scope that it runs in"]);
});

test("changing a shield further out does not let code that outlived its scope wait again", async () => {
  const gate = Promise.withResolvers<void>();
  const ends: string[] = [];

  await virtually(() =>
    new CancelScope().run(async (outer) => {
      let floating: Promise<unknown> = Promise.resolve();
      await new CancelScope().run(() => {
        floating = moveOnAfter(1_000, () => gate.promise.then(() => sleep(1)));
      });
      outer.shield = true;
      gate.resolve();
      await floating.catch((error: unknown) => ends.push(String(error)));
    }),
  );

  expect(ends).toEqual(["CancelledError: cancelled: the scope around it has been left"]);
});

test("what a task left running may end later without disturbing the tasks beside it", async () => {
  const gate = Promise.withResolvers<void>();
  const log: string[] = [];

  await virtually(() =>
    taskGroup(async (group) => {
      group.startSoon(() => sleep(1_000).catch(() => log.push("older sibling stopped")));
      group.startSoon(() => {
        void moveOnAfter(1_000, () => gate.promise);
      });
      group.startSoon(() => sleep(1_000).catch(() => log.push("younger sibling stopped")));
      await sleep(1);
      gate.resolve();
      await sleep(1);
      group.cancel();
    }),
  );

  expect(log).toEqual(["older sibling stopped", "younger sibling stopped"]);
});

test("contexts of others pass through scopes, tasks and waits", async () => {
  const request = new AsyncLocalStorage<string>();
  const seen: unknown[] = [];

  await request.run("outer", () =>
    virtually(() =>
      taskGroup(async (group) => {
        await moveOnAfter(5, () => sleep(10));
        seen.push(request.getStore());
        request.run("inner", () => group.startSoon(() => new CancelScope().run(() => seen.push(request.getStore()))));
        runDetached(() => seen.push(request.getStore()));
      }),
    ),
  );

  expect(seen).toEqual(["outer", undefined, "inner"]);
});

test(covers("CX-1"), async () => {
  const names = await copy.run(() => [currentTask(), copy.currentTask()], { name: "made by the copy" });
  const parents = await run(() => copy.gather([() => currentTask().parentId, () => copy.currentTask().parentId]));
  const group = await thrownBy(() =>
    run(() =>
      copy.taskGroup((inner) => void inner.startSoon(() => gather([() => Promise.reject(new Error("failure"))]))),
    ),
  );

  expect(names[0]).toBe(names[1]);
  expect(names[0]?.name).toBe("made by the copy");
  expect(parents[0]).toBe(parents[1]);
  expect((group as Error).message).toMatch(/failure$/);
});

test("a cancellation crosses from one copy of the package to the other, and back", async () => {
  const log: string[] = [];

  const value = await run(() =>
    moveOnAfter(5, () =>
      copy.shielded(() =>
        copy.taskGroup(async (group) => {
          group.startSoon(() =>
            sleep(60_000).catch((error: unknown) => log.push(`main: ${String(copy.isCancelled(error))}`)),
          );
          group.startSoon(() =>
            copy.sleep(60_000).catch((error: unknown) => log.push(`copy: ${String(concurrency.isCancelled(error))}`)),
          );
          await copy.moveOnAfter(1, () => sleep(60_000));
          group.cancel();
        }),
      ),
    ),
  );

  expect(value).toBeUndefined();
  expect(log).toEqual(["main: true", "copy: true"]);
});

test("a scope entered through one copy is refused by the other copy's task", async () => {
  const thrown = await run(async () => {
    const scope = new CancelScope().enter();
    const inner = new copy.CancelScope().enter();
    const [other] = await copy.gather([() => thrownBy(() => scope.exit())]);
    const order = await thrownBy(() => scope.exit());
    inner.exit();
    scope.exit();
    return [other, order];
  });

  expect(thrown).toMatchObject([{ code: "SCOPE_WRONG_TASK" }, { code: "SCOPE_NOT_CURRENT" }]);
});

test("an owner made by one copy lends to tasks of the other", async () => {
  await using owner = new Owner((own) => own.publish("value"));

  const values = await Promise.all([
    copy.run(() => owner.withLease((value) => value)),
    run(() => owner.withLease((value) => value)),
  ]);

  expect(values).toEqual(["value", "value"]);
});

test("a function runs in a captured context, and leaves that of its caller as it was", async () => {
  const request = new AsyncLocalStorage<string>();
  const seen: unknown[] = [];
  const look = (): void => void seen.push([request.getStore(), taskName()]);
  let captured: CapturedContext | undefined;

  await request.run("r-1", () => run(() => void (captured = captureContext()), { name: "binder" }));
  await request.run("r-2", () =>
    run(
      () => {
        captured?.run(look);
        look();
      },
      { name: "caller" },
    ),
  );
  captureContext().run(look);

  expect(seen).toEqual([
    ["r-1", "binder"],
    ["r-2", "caller"],
    [undefined, undefined],
  ]);
});

test("what a function throws in a captured context goes to its caller, in the context of that", () => {
  const request = new AsyncLocalStorage<string>();
  const fail = (text: string): never => {
    throw new Error(`${text} ${request.getStore()}`);
  };
  const captured = request.run("r-1", captureContext);

  request.run("r-2", () => {
    expect(() => captured.run(fail, "failed in")).toThrow("failed in r-1");
    expect(request.getStore()).toBe("r-2");
  });
});

/** The name of the task that the code runs in; undefined outside every task. */
function taskName(): string | undefined {
  try {
    return currentTask().name;
  } catch {
    return undefined;
  }
}
