import { AsyncLocalStorage } from "node:async_hooks";
import { clearTimeout as clearNamed, setTimeout as setNamed } from "node:timers";
import { scheduler, setImmediate as immediate, setInterval as ticks, setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import { explore, type Scenario } from "../src/index.ts";

/** Long enough for nobody to wait for. */
const HOUR = 3_600_000;

/** What the only order of a scenario, in the times of its timers, writes down. */
async function written(scenario: (write: (line: unknown) => void) => unknown): Promise<unknown[]> {
  let lines: unknown[] = [];
  const found = await explore(
    () => {
      lines = [];
      return scenario((line) => lines.push(line));
    },
    { timers: "ordered", budget: { runs: 1 } },
  );
  expect(found.error).toBeUndefined();
  expect(found.verdict).not.toBe("uncontrolled");
  return lines;
}

test.for<[string, (end: () => void) => unknown]>([
  ["setTimeout", (end) => new Promise<void>((resolve) => setTimeout(resolve, HOUR)).then(end)],
  [
    "setTimeout of node:timers, imported by name",
    (end) => new Promise<void>((resolve) => setNamed(resolve, HOUR)).then(end),
  ],
  ["setImmediate", (end) => new Promise<void>((resolve) => setImmediate(resolve)).then(end)],
  ["setTimeout of node:timers/promises, imported by name", (end) => delay(HOUR).then(end)],
  ["setImmediate of node:timers/promises", (end) => immediate().then(end)],
  ["promisify(setTimeout), made in the run", (end) => promisify(setTimeout)(HOUR).then(end)],
  ["promisify(setImmediate), made in the run", (end) => promisify(setImmediate)().then(end)],
  ["scheduler.wait", (end) => scheduler.wait(HOUR).then(end)],
  ["scheduler.yield", (end) => scheduler.yield().then(end)],
  [
    "setInterval of node:timers/promises",
    async (end) => {
      for await (const _ of ticks(HOUR)) break;
      end();
    },
  ],
  [
    "setInterval",
    (end) =>
      new Promise<void>((resolve) => {
        const timer = setInterval(() => {
          clearInterval(timer);
          resolve();
        }, HOUR);
      }).then(end),
  ],
  [
    "AbortSignal.timeout",
    (end) => new Promise((resolve) => AbortSignal.timeout(HOUR).addEventListener("abort", resolve)).then(end),
  ],
])("has %s under control", async ([, wait]) => {
  expect(await written((write) => wait(() => write("done")))).toEqual(["done"]);
});

test("gives timers their arguments, and themselves as `this`", async () => {
  const lines = await written(async (write) => {
    const timer = setTimeout(
      function (this: unknown, ...args: unknown[]) {
        write(this === timer);
        write(args);
      },
      1,
      "a",
      "b",
    );
    await delay(2);
  });

  expect(lines).toEqual([true, ["a", "b"]]);
});

test("clears timers by themselves, by their number and by its text", async () => {
  const lines = await written(async (write) => {
    clearTimeout(setTimeout(write, 1, "itself"));
    clearNamed(+setTimeout(write, 1, "number"));
    clearInterval(`${+setTimeout(write, 1, "text")}`);
    clearImmediate(setImmediate(write, "immediate"));
    clearTimeout(undefined);
    clearTimeout(HOUR);
    setTimeout(write, 1, "left");
    await delay(2);
  });

  expect(lines).toEqual(["left"]);
});

test("counts a refreshed timer anew, also one that has fired, and not one that was cleared", async () => {
  const lines = await written(async (write) => {
    const put = setTimeout(write, 10, "refreshed");
    const cleared = setTimeout(write, 10, "cleared");
    await delay(5);
    put.refresh();
    clearTimeout(cleared);
    cleared.refresh();
    await delay(6);
    write("at 11");
    await delay(10);
    put.refresh();
    await delay(20);
  });

  expect(lines).toEqual(["at 11", "refreshed", "refreshed"]);
});

test("ends without timers that keep no process alive, and knows which do", async () => {
  const lines = await written((write) => {
    const timer = setTimeout(write, HOUR, "fired");
    write([timer.hasRef(), timer.unref().hasRef(), timer.ref().hasRef()]);
    timer.unref();
  });

  expect(lines).toEqual([[true, false, true]]);
});

test("takes the longest time that there is for never", async () => {
  const lines = await written(async (write) => {
    const timer = setTimeout(write, 2 ** 31 - 1, "fired");
    await delay(HOUR);
    write(timer.hasRef());
  });

  expect(lines).toEqual([true]);
});

test("lets timers that were left running fire before a run ends", async () => {
  expect(await written((write) => void setTimeout(write, HOUR, "fired"))).toEqual(["fired"]);
});

test("goes on with an interval only while somebody waits", async () => {
  const lines = await written(async (write) => {
    setInterval(write, 10, "tick");
    await delay(35);
  });

  expect(lines).toEqual(["tick", "tick", "tick"]);
});

test("sets timers in timers, in the order of their times", async () => {
  const lines = await written(async (write) => {
    setTimeout(() => {
      write("outer");
      setTimeout(write, 10, "inner");
    }, 10);
    setTimeout(write, 15, "between");
    await delay(30);
  });

  expect(lines).toEqual(["outer", "between", "inner"]);
});

test("counts ticks that nobody had time for", async () => {
  const lines = await written(async (write) => {
    const values = ticks(10, "tick");
    const first = values.next();
    await delay(35);
    write((await first).value);
    const start = performance.now();
    for (let count = 0; count < 2; count++) write((await values.next()).value);
    write(performance.now() - start);
    await values.return?.();
  });

  expect(lines).toEqual(["tick", "tick", "tick", 0]);
});

test.for<[string, (signal: AbortSignal) => unknown]>([
  ["setTimeout", (signal) => delay(HOUR, undefined, { signal })],
  ["setImmediate", (signal) => immediate(undefined, { signal })],
  ["scheduler.wait", (signal) => scheduler.wait(HOUR, { signal })],
  [
    "setInterval",
    async (signal) => {
      for await (const _ of ticks(HOUR, undefined, { signal }));
    },
  ],
])("rejects %s of node:timers/promises as Node does when its signal aborts", async ([, wait]) => {
  const lines = await written(async (write) => {
    const controller = new AbortController();
    const waiting = [wait(controller.signal), wait(AbortSignal.abort("before"))];
    controller.abort("why");
    for (const { reason } of (await Promise.allSettled(waiting)) as PromiseRejectedResult[]) {
      const { name, code, cause } = reason as Error & { code: string };
      write([name, code, cause]);
    }
  });

  expect(lines).toEqual([
    ["AbortError", "ABORT_ERR", "why"],
    ["AbortError", "ABORT_ERR", "before"],
  ]);
});

test("leaves no timer of node:timers/promises behind when its signal aborts", async () => {
  const found = await explore(async () => {
    const controller = new AbortController();
    const waiting = delay(HOUR, undefined, { signal: controller.signal });
    controller.abort();
    await waiting.catch(() => {});
  });

  expect(found).toMatchObject({ verdict: "exhausted", counts: { steps: 1 } });
});

test("joins signals of the run with AbortSignal.any", async () => {
  const lines = await written(async (write) => {
    const joined = AbortSignal.any([AbortSignal.timeout(10), new AbortController().signal]);
    await delay(20);
    write([joined.aborted, (joined.reason as Error).name]);
  });

  expect(lines).toEqual([[true, "TimeoutError"]]);
});

test(covers("EX-24"), async () => {
  const scenario: Scenario = async () => {
    await Promise.all([delay(10), delay(20), delay(30)]);
  };

  const free = await explore(scenario);
  const ordered = await explore(scenario, { timers: "ordered" });

  expect([free.orders, ordered.orders]).toEqual([6, 1]);
});

test("keeps the async context of whoever set a timer", async () => {
  const storage = new AsyncLocalStorage<string>();

  const lines = await written(async (write) => {
    storage.run("caller", () => setTimeout(() => write(storage.getStore()), 1));
    await delay(2);
  });

  expect(lines).toEqual(["caller"]);
});

test.for<[string, (throwing: () => void) => unknown]>([
  ["a timer", (throwing) => setTimeout(throwing, 1)],
  ["an immediate", (throwing) => setImmediate(throwing)],
  ["a microtask", (throwing) => queueMicrotask(throwing)],
  ["the next tick", (throwing) => process.nextTick(throwing)],
  [
    "a listener of a signal",
    (throwing) => {
      const controller = new AbortController();
      controller.signal.addEventListener("abort", throwing);
      controller.abort();
    },
  ],
])("fails where the callback of %s throws", async ([, begin]) => {
  const found = await explore(async () => {
    begin(() => {
      throw new Error("thrown in a callback");
    });
    await delay(5);
  });

  expect(found).toMatchObject({ verdict: "failed", error: new Error("thrown in a callback") });
});

test("refuses to set a timer that calls nothing", async () => {
  const found = await explore(() => void setTimeout("alert()" as unknown as () => void, 1));

  expect(found.error).toMatchObject({ code: "ERR_INVALID_ARG_TYPE" });
});
