import { getEventListeners, once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import {
  cancellable,
  CancelScope,
  Event,
  moveOnAfter,
  run,
  shielded,
  sleep,
  taskGroup,
  withSignal,
} from "../src/index.ts";
import { storage } from "../src/context.ts";
import { drained, thrownBy, virtually, watchRejections } from "./virtually.ts";

test(covers("CS-11"), async () => {
  const never = new Promise<string>(() => {});
  const log: unknown[] = [];

  await virtually(async () => {
    log.push(await cancellable(Promise.resolve("value")));
    log.push(await thrownBy(() => cancellable(Promise.reject(new Error("failure")))));
    log.push(await moveOnAfter(5, () => cancellable(never)));
  });

  expect(log).toEqual(["value", new Error("failure"), undefined]);
});

test("a foreign promise that fails after its wait was cancelled is no unhandled rejection", async () => {
  using rejections = watchRejections();
  const late = Promise.withResolvers<never>();
  const refused = Promise.withResolvers<never>();

  await virtually(() =>
    new CancelScope().run(async (scope) => {
      const waiting = cancellable(late.promise);
      scope.cancel();
      await thrownBy(() => cancellable(refused.promise));
      await waiting;
    }),
  );
  late.reject(new Error("late"));
  refused.reject(new Error("refused"));
  await drained();

  expect(rejections.reasons).toEqual([]);
});

test("any number of tasks may wait for one promise, and the one that is cancelled leaves alone", async () => {
  const shared = Promise.withResolvers<string>();

  const values = await virtually(() =>
    taskGroup(async (group) => {
      const handles = [1, 2, 3].map(() => group.startSoon(() => cancellable(shared.promise)));
      await sleep(1);
      handles[1]?.cancel();
      shared.resolve("value");
      await shielded(() => Promise.all(handles.map((handle) => handle.wait())));
      return handles.map(({ status }) => status);
    }),
  );

  expect(values).toEqual(["finished", "cancelled", "finished"]);
});

test("waiting a thousand times for one long-lived promise adds one reaction to it", async () => {
  let reactions = 0;
  const longLived = {
    // oxlint-disable-next-line unicorn/no-thenable
    then(): void {
      reactions += 1;
    },
  };

  await virtually(async () => {
    for (let turn = 0; turn < 1_000; turn++) {
      await new CancelScope().run((scope) => {
        const waiting = cancellable(longLived as PromiseLike<never>);
        scope.cancel();
        return waiting;
      });
    }
  });

  expect(reactions).toBe(1);
});

test("a thenable that throws fails the wait", async () => {
  const broken = {
    // oxlint-disable-next-line unicorn/no-thenable
    then(): never {
      throw new Error("broken");
    },
  };

  const errors = await virtually(async () => {
    const waits = [cancellable(broken as PromiseLike<never>), cancellable(broken as PromiseLike<never>)];
    return await Promise.all(waits.map((wait) => thrownBy(() => wait)));
  });

  expect(errors).toMatchObject([{ message: "broken" }, { message: "broken" }]);
});

test("what a foreign promise does when it is waited for happens outside every task", async () => {
  const seen: unknown[] = [];
  const foreign = {
    // oxlint-disable-next-line unicorn/no-thenable
    then(resolve: (value: string) => void): void {
      seen.push(storage.getStore());
      resolve("value");
    },
  };

  const value = await virtually(() => cancellable(foreign as PromiseLike<string>));

  expect(value).toBe("value");
  expect(seen).toEqual([undefined]);
});

test(covers("CS-10"), async () => {
  const log: unknown[] = [];
  const listen = (signal: AbortSignal): Promise<void> =>
    new Promise((_, reject) => {
      signal.addEventListener("abort", () => reject(new Error("aborted")));
    });

  await virtually(() =>
    new CancelScope({ name: "outer" }).run(async (outer) => {
      await moveOnAfter(5, () => withSignal(listen));
      log.push("own deadline");
      const shield = new CancelScope({ shield: true });
      await shield.run(() => {
        outer.cancel();
        return withSignal((signal) => sleep(1).then(() => log.push(signal.aborted)));
      });
      log.push(await thrownBy(() => withSignal(() => "not called")));
      shield.cancel();
    }),
  );

  expect(log).toMatchObject(["own deadline", false, { code: "TASK_CANCELLED", scopeName: "outer" }]);
});

test("withSignal gives the value of a function that settles all the same, and its error when nothing was cancelled", async () => {
  const scope = new CancelScope();

  const values = await virtually(async () => [
    await withSignal(() => "value"),
    await thrownBy(() => withSignal(() => Promise.reject(new Error("failure")))),
    await scope.run(() =>
      withSignal(async (signal) => {
        scope.cancel();
        expect(signal.reason).toMatchObject({ code: "TASK_CANCELLED" });
        return "all the same";
      }),
    ),
  ]);

  expect(values).toEqual(["value", new Error("failure"), "all the same"]);
  expect(scope.cancelledCaught).toBe(false);
});

test("an error that came before the abort is not hidden by the cancellation that follows it", async () => {
  const failure = new Error("failure");

  const thrown = await thrownBy(() =>
    virtually(() =>
      new CancelScope().run((scope) =>
        shielded(() =>
          withSignal(() => {
            scope.cancel();
            throw failure;
          }),
        ),
      ),
    ),
  );

  expect(thrown).toBe(failure);
});

test("the signal of a function that has settled does not abort any more", async () => {
  const signals: AbortSignal[] = [];

  await virtually(() =>
    new CancelScope().run(async (scope) => {
      await withSignal((signal) => signals.push(signal));
      scope.cancel();
      await sleep(1);
    }),
  );

  expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
});

test("withSignal stops what Node's own functions wait for", async () => {
  const target = new EventTarget();
  const signals: AbortSignal[] = [];

  const value = await run(() =>
    moveOnAfter(5, () =>
      taskGroup((group) => {
        group.startSoon(() => withSignal((signal) => delay(60_000, undefined, { signal })));
        group.startSoon(() =>
          withSignal((signal) => {
            signals.push(signal);
            return once(target, "never", { signal });
          }),
        );
      }),
    ),
  );

  expect(value).toBeUndefined();
  expect(getEventListeners(target, "never")).toEqual([]);
});

test("an abort listener that throws does not keep the other waits from ending", async () => {
  const event = new Event();
  const uncaught: unknown[] = [];
  const record = (error: unknown): void => void uncaught.push(error);
  const before = process.listeners("uncaughtException");
  process.removeAllListeners("uncaughtException");
  process.on("uncaughtException", record);

  const value = await virtually(() =>
    moveOnAfter(1, () =>
      Promise.all([
        withSignal(
          (signal) =>
            new Promise<void>((resolve) => {
              signal.addEventListener("abort", () => {
                resolve();
                throw new Error("listener");
              });
            }),
        ),
        event.wait(),
      ]),
    ),
  );
  await drained();
  process.off("uncaughtException", record);
  for (const listener of before) process.on("uncaughtException", listener);

  expect(value).toBeUndefined();
  expect(uncaught).toEqual([new Error("listener")]);
});

test("withSignal works outside every task, with a signal that never aborts", async () => {
  const aborted = await withSignal((signal) => signal.aborted);

  expect(aborted).toBe(false);
});
