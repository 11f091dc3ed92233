import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import {
  CancelScope,
  cancellable,
  checkpoint,
  Event,
  Owner,
  run,
  sleep,
  taskGroup,
  type TaskHandle,
} from "../src/index.ts";
import { drained, thrownBy } from "./virtually.ts";

const many = 100_000;
// Anything that looks at all others for each of them would take minutes, not seconds.
const timeout = 20_000;

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

test(covers("U-11"), { timeout }, async () => {
  const event = new Event();
  const scope = new CancelScope();

  await scope.run(async () => {
    const waits = Array.from({ length: many }, (_, index) => (index % 2 === 0 ? event.wait() : sleep(60_000)));
    scope.cancel();
    await Promise.all(waits);
  });

  expect(scope.cancelledCaught).toBe(true);
  expect(event.statistics()).toEqual({ tasksWaiting: 0 });
});

test("a hundred thousand waits of one scope may end in any order", { timeout }, async () => {
  const events = Array.from({ length: many }, () => new Event());

  const ended = await run(async () => {
    const waits = events.map((event) => event.wait());
    for (const event of events.toReversed()) event.set();
    return await Promise.all(waits);
  });

  expect(ended).toHaveLength(many);
});

test("a hundred thousand children are started, joined and awaited", { timeout }, async () => {
  const sum = await taskGroup(async (group) => {
    const handles = Array.from({ length: many }, () => group.startSoon(async () => 1));
    let total = 0;
    for (const handle of handles) total += await handle;
    return total;
  });

  expect(sum).toBe(many);
});

test("a hundred thousand sleeping children are stopped by one failure", { timeout }, async () => {
  let unwound = 0;

  const thrown = await thrownBy(() =>
    taskGroup(async (group) => {
      for (let index = 0; index < many; index++) {
        group.startSoon(() => sleep(60_000).finally(() => (unwound += 1)));
      }
      await checkpoint();
      throw new Error("failure");
    }),
  );

  expect(thrown).toMatchObject({ errors: [{ message: "failure" }] });
  expect(unwound).toBe(many);
});

test("scopes ten thousand deep are cancelled from the outermost one", { timeout }, async () => {
  const outermost = new CancelScope();
  let left = 0;
  const nest = async (depth: number): Promise<void> => {
    // Between two scopes, so that the depth is one of scopes and not of the stack.
    await checkpoint();
    if (depth === 0) {
      outermost.cancel();
      await checkpoint();
    }
    await new CancelScope().run(() => nest(depth - 1)).finally(() => (left += 1));
  };

  await outermost.run(() => nest(10_000));

  expect(left).toBe(10_000);
  expect(outermost.cancelledCaught).toBe(true);
});

test("a task that is done keeps neither its function nor its neighbours, only its result", { timeout }, async () => {
  const functions: WeakRef<object>[] = [];
  const results: WeakRef<object>[] = [];
  const handles: TaskHandle<object>[] = [];

  await run(() =>
    taskGroup((group) => {
      for (let index = 0; index < 10; index++) {
        const fn = async (): Promise<object> => ({ index });
        functions.push(new WeakRef(fn));
        const handle = group.startSoon(fn);
        if (index === 0) handles.push(handle);
        void handle.then((result) => results.push(new WeakRef(result)));
      }
    }),
  );
  await drained();
  collectGarbage();

  expect(functions.filter((ref) => ref.deref() !== undefined)).toEqual([]);
  expect(results.filter((ref) => ref.deref() !== undefined)).toHaveLength(1);
  expect(handles[0]?.result()).toEqual({ index: 0 });
});

test(covers("U-12"), { timeout }, async () => {
  const never = new Promise<never>(() => {});
  const event = new Event();
  const owner = new Owner((own) => own.publish("value", { lost: never }));
  const opening = new Owner<never>(() => cancellable(never));
  const { signal } = new AbortController();
  const turns = async (count: number, child: TaskHandle<void>): Promise<void> => {
    for (let turn = 0; turn < count; turn++) {
      await new CancelScope().run((scope) => {
        const waiting = Promise.all([cancellable(never), event.wait(), child.wait(), opening.lease({ signal })]);
        scope.cancel();
        return waiting;
      });
      await owner.withLease((value) => value);
    }
  };

  const kept = await taskGroup(async (group) => {
    const child = group.startSoon(() => sleep(Infinity));
    await turns(2_000, child);
    collectGarbage();
    const before = process.memoryUsage().heapUsed;
    await turns(10_000, child);
    collectGarbage();
    const after = process.memoryUsage().heapUsed;
    child.cancel();
    await Promise.all([owner.close(), opening.close()]);
    return after - before;
  });

  // A reaction or a listener for each turn would be hundreds of bytes.
  expect(kept / 10_000).toBeLessThan(40);
});
