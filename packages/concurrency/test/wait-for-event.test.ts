import { spawn } from "node:child_process";
import { EventEmitter, getEventListeners } from "node:events";
import { expect, expectTypeOf, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import {
  CancelScope,
  currentTask,
  type EmitterLike,
  failAfter,
  moveOnAfter,
  run,
  sleep,
  taskGroup,
  waitForEvent,
} from "../src/index.ts";
import { storage } from "../src/context.ts";
import { drained, thrownBy, virtually, watchRejections, withoutRejectionListeners } from "./virtually.ts";

/** A child process takes its time on a busy machine. */
const timeout = 15_000;

test(covers("BR-11"), async () => {
  const emitter = new EventEmitter();
  const symbol = Symbol("ready");

  const args = await virtually(() =>
    taskGroup(async (group) => {
      const handles = ["ready", symbol, "ready"].map((name) => group.startSoon(() => waitForEvent(emitter, name)));
      await sleep(1);
      emitter.emit("ready", 1, "two", null);
      emitter.emit("ready", 2);
      emitter.emit(symbol);
      return await Promise.all(handles);
    }),
  );

  expect(args).toEqual([[1, "two", null], [], [1, "two", null]]);
});

test("waits for the exit of a real child process", { timeout }, async () => {
  const child = spawn(process.execPath, ["--eval", "process.exitCode = 3"], { stdio: "ignore" });
  const before = listeners(child);

  const [code, signal] = await run(() =>
    failAfter(10_000, () => waitForEvent<[number | null, string | null]>(child, "exit")),
  );

  expect([code, signal]).toEqual([3, null]);
  expect(listeners(child)).toEqual(before);
});

test("a real child process that cannot be started throws its error", { timeout }, async () => {
  const child = spawn("/no/such/program", { stdio: "ignore" });

  const thrown = await run(() => thrownBy(() => waitForEvent(child, "exit")));

  expect(thrown).toMatchObject({ code: "ENOENT" });
  expect(listeners(child)).toEqual({});
});

test(covers("BR-12"), async () => {
  const target = new EventTarget();
  const { signal } = new AbortController();
  const event = new Event("ready");

  const seen = await virtually(() =>
    taskGroup(async (group) => {
      const ready = group.startSoon(() => waitForEvent(target, "ready"));
      const aborted = group.startSoon(() => moveOnAfter(5, () => waitForEvent(signal, "abort")));
      await sleep(1);
      // Only an emitter makes an error of it.
      target.dispatchEvent(new Event("error"));
      target.dispatchEvent(event);
      return [await ready, await aborted];
    }),
  );

  expect(seen).toEqual([event, undefined]);
  expect(seen[0]).toBe(event);
});

test(covers("BR-13"), async () => {
  const emitter = new EventEmitter();
  const failure = new Error("failure");

  const seen = await virtually(() =>
    taskGroup(async (group) => {
      const ready = group.startSoon(() => thrownBy(() => waitForEvent(emitter, "ready")));
      const error = group.startSoon(() => waitForEvent(emitter, "error"));
      await sleep(1);
      emitter.emit("error", failure);
      return [await ready, await error];
    }),
  );

  expect(seen).toEqual([failure, [failure]]);
});

test(covers("BR-14"), async () => {
  const emitter = new EventEmitter();
  const target = new EventTarget();
  const failure = new Error("failure");

  const seen = await virtually(() =>
    taskGroup(async (group) => {
      const third = group.startSoon(() =>
        waitForEvent<[number, string]>(emitter, "row", { filter: (count, name) => count > 2 && name === "c" }),
      );
      const thrown = group.startSoon(() =>
        thrownBy(() =>
          waitForEvent(emitter, "row", {
            filter: () => {
              throw failure;
            },
          }),
        ),
      );
      const second = group.startSoon(() =>
        waitForEvent(target, "row", { filter: (event) => (event as CustomEvent).detail === 2 }),
      );
      await sleep(1);
      for (const [index, name] of ["a", "b", "c", "d"].entries()) emitter.emit("row", index + 1, name);
      for (const detail of [1, 2, 3]) target.dispatchEvent(new CustomEvent("row", { detail }));
      return [await third, await thrown, await second];
    }),
  );

  expect(seen).toMatchObject([[3, "c"], failure, { detail: 2 }]);
  expect(listeners(emitter)).toEqual({});
});

test(covers("BR-15"), async () => {
  const emitter = new EventEmitter();
  const target = new EventTarget();
  const left: unknown[] = [];
  const count = (): void => {
    left.push([listeners(emitter), getEventListeners(target, "ready").length]);
  };
  const wait = (filter: () => boolean): Promise<unknown> =>
    Promise.allSettled([waitForEvent(emitter, "ready", { filter }), waitForEvent(target, "ready", { filter })]);
  const emit = (): void => {
    emitter.emit("ready");
    target.dispatchEvent(new Event("ready"));
  };

  await virtually(async () => {
    const value = wait(() => true);
    count();
    emit();
    count();
    await value;
    const refused = wait(() => {
      throw new Error("filter");
    });
    emit();
    count();
    await refused;
    const failed = thrownBy(() => waitForEvent(emitter, "ready"));
    emitter.emit("error", new Error("failure"));
    count();
    await failed;
    await new CancelScope().run(async (scope) => {
      const waiting = wait(() => true);
      scope.cancel();
      count();
      await waiting;
      await wait(() => true);
      count();
    });
  });

  const none = [{}, 0];
  expect(left).toEqual([[{ error: 1, ready: 1 }, 1], none, none, none, none, none]);
});

test("an emitter that calls a new listener at once, or fails to add it, is left without listeners", async () => {
  class Replaying extends EventEmitter {
    override on(name: string, listener: (...args: unknown[]) => void): this {
      if (name === this.replayed) listener(`${name} again`);
      if (this.replayed === `no ${name}`) throw new Error("refused");
      return super.on(name, listener);
    }
    replayed = "";
  }
  const emitter = new Replaying();
  const log: unknown[] = [];
  const told: unknown[] = [];

  await virtually(
    async () => {
      for (const name of ["ready", "error", "no ready"]) {
        emitter.replayed = name;
        log.push(await waitForEvent(emitter, "ready").catch((error: unknown) => error));
        log.push(listeners(emitter));
      }
    },
    { instruments: [{ waitBegun: (wait) => told.push(wait) }] },
  );

  expect(log).toEqual([["ready again"], {}, "error again", {}, new Error("refused"), {}]);
  expect(told).toEqual([]);
});

test(covers("BR-16"), async () => {
  const emitter = new EventEmitter();
  const seen: unknown[] = [];

  await virtually(() =>
    taskGroup(async (group) => {
      group.startSoon(
        async () => {
          await waitForEvent(emitter, "ready", {
            filter: () => {
              seen.push(storage.getStore());
              return true;
            },
          });
          seen.push(currentTask().name);
        },
        { name: "waiter" },
      );
      group.startSoon(() => sleep(1).then(() => emitter.emit("ready")), { name: "emitter" });
    }),
  );

  expect(seen).toEqual([undefined, "waiter"]);
});

test("what an emitter does when a listener comes or goes happens outside every task", async () => {
  const emitter = new EventEmitter();
  const seen: unknown[] = [];
  for (const name of ["newListener", "removeListener"]) emitter.on(name, () => seen.push(storage.getStore()));

  await virtually(() =>
    new CancelScope().run((scope) => {
      const waiting = waitForEvent(emitter, "ready");
      scope.cancel();
      return waiting;
    }),
  );

  expect(seen.length).toBeGreaterThanOrEqual(4);
  expect(new Set(seen)).toEqual(new Set([undefined]));
});

test("an event that came before the cancellation is given", async () => {
  const emitter = new EventEmitter();

  const args = await virtually(() =>
    new CancelScope().run((scope) => {
      const waiting = waitForEvent(emitter, "ready");
      emitter.emit("ready", 1);
      scope.cancel();
      return waiting;
    }),
  );

  expect(args).toEqual([1]);
});

test("a listener that an earlier one made useless asks its filter no more", async () => {
  const emitter = new EventEmitter();
  let asked = 0;
  const scope = new CancelScope();
  emitter.on("ready", () => scope.cancel());

  await virtually(() =>
    scope.run(async () => {
      const waiting = waitForEvent(emitter, "ready", { filter: () => (asked += 1) > 0 });
      emitter.emit("ready");
      await waiting;
    }),
  );

  expect(asked).toBe(0);
  expect(scope.cancelledCaught).toBe(true);
});

test("takes an emitter that has the longer pair of methods only, and works outside every task", async () => {
  const inner = new EventEmitter();
  const emitter: EmitterLike = {
    addListener: (name, listener) => inner.addListener(name, listener),
    removeListener: (name, listener) => inner.removeListener(name, listener),
  };

  const waiting = waitForEvent(emitter, "ready");
  inner.emit("ready", "value");

  expect(await waiting).toEqual(["value"]);
  expect(listeners(inner)).toEqual({});
});

test("what is both an emitter and an EventTarget counts as an emitter", async () => {
  const { port1, port2 } = new MessageChannel();

  const [message] = await run(() => {
    const waiting = waitForEvent(port1, "message");
    port2.postMessage("hello");
    return waiting;
  });
  port1.close();

  expect(message).toBe("hello");
});

test("rejects, and does not throw, when the target is neither", async () => {
  const waiting = waitForEvent({ on: () => {} } as never, "ready");

  await expect(waiting).rejects.toThrow(
    new TypeError("waitForEvent() takes an event emitter or an EventTarget, and this is neither"),
  );
});

test("rejects when there is no target, or no name", async () => {
  const emitter = new EventEmitter();

  const thrown = await Promise.all([
    thrownBy(() => waitForEvent(null as never, "ready")),
    thrownBy(() => waitForEvent(emitter, undefined as never)),
  ]);

  expect(thrown).toEqual([
    new TypeError("waitForEvent() takes an event emitter or an EventTarget, and this is neither"),
    new TypeError("waitForEvent() takes the name of an event, and undefined is none"),
  ]);
  expect(listeners(emitter)).toEqual({});
});

test("what an emitter throws when its listeners go keeps neither the event nor a cancellation from anybody", async () => {
  using _others = withoutRejectionListeners();
  using rejections = watchRejections();
  const failure = new Error("failure");
  const emitter = new EventEmitter();
  emitter.on("removeListener", () => {
    throw failure;
  });
  const scope = new CancelScope();
  const log: unknown[] = [];

  await virtually(() =>
    taskGroup(async (group) => {
      group.startSoon(() => waitForEvent(emitter, "ready").then((args) => log.push(args)));
      await sleep(1);
      emitter.emit("ready", "value");
      group.startSoon(() =>
        scope.run(() =>
          taskGroup((inner) => {
            inner.startSoon(() => waitForEvent(emitter, "ready"));
            inner.startSoon(() => sleep(Infinity).finally(() => log.push("cancelled")));
          }),
        ),
      );
      await sleep(1);
      scope.cancel();
    }),
  );
  await drained();

  expect(log).toEqual([["value"], "cancelled"]);
  expect(listeners(emitter)).toEqual({ removeListener: 1 });
  expect(new Set(rejections.reasons)).toEqual(new Set([failure]));
});

test("what is given has the type of the arguments named, or of the target's events", () => {
  const emitter = new EventEmitter<{ row: [number, string] }>();

  const types = () => ({
    typed: waitForEvent<[number, string]>(emitter, "row"),
    plain: waitForEvent(new EventEmitter(), "row"),
    event: waitForEvent(new EventTarget(), "row"),
  });

  expectTypeOf(types).returns.toEqualTypeOf<{
    typed: Promise<[number, string]>;
    plain: Promise<unknown[]>;
    event: Promise<Event>;
  }>();
});

function listeners(emitter: NodeJS.EventEmitter): Record<string, number> {
  return Object.fromEntries(emitter.eventNames().map((name) => [String(name), emitter.listenerCount(name)]));
}
