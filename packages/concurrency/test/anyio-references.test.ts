import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import { CancelScope, checkpoint, run, sleep, taskGroup, type TaskGroup } from "../src/index.ts";
import { drained, thrownBy } from "./virtually.ts";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** Whether each of the things that a function gives is still there, after it and before the task that called it has ended. */
async function areKept(fn: () => Promise<readonly unknown[]>): Promise<boolean[]> {
  return await run(async () => {
    const refs = (await fn()).map((thing) => new WeakRef(thing as object));
    await checkpoint();
    await drained();
    collectGarbage();
    return refs.map((ref) => ref.deref() !== undefined);
  });
}

/** The failures of a group, and of the groups in it. */
function failuresOf(thrown: unknown): unknown[] {
  return thrown instanceof AggregateError ? thrown.errors.flatMap(failuresOf) : [thrown];
}

test(covers("AG-113"), async () => {
  const groups: TaskGroup[] = [];

  const kept = await areKept(async () => [
    await thrownBy(() =>
      taskGroup((group) => {
        groups.push(group);
        throw new Error("body");
      }),
    ),
  ]);

  expect(kept).toEqual([false]);
  expect(groups).toMatchObject([{ scope: { cancelCalled: true } }]);
});

test(covers("AG-114"), async () => {
  const kept = await areKept(async () =>
    failuresOf(
      await thrownBy(() =>
        taskGroup(async (group) => {
          group.startSoon(() => sleep(60_000).catch(() => Promise.reject(new Error("child"))));
          await checkpoint();
          throw new Error("body");
        }),
      ),
    ),
  );

  expect(kept).toEqual([false, false]);
});

test(covers("AG-115"), async () => {
  const kept = await areKept(async () =>
    failuresOf(
      await thrownBy(() =>
        taskGroup((outer) => {
          outer.startSoon(() => taskGroup(() => Promise.reject(new Error("grandchild"))));
        }),
      ),
    ),
  );

  expect(kept).toEqual([false]);
});

test(covers("AG-116"), async () => {
  const kept = await areKept(async () => {
    const passed: unknown[] = [];
    await new CancelScope().run(async (scope) => {
      scope.cancel();
      passed.push(await thrownBy(() => taskGroup(() => checkpoint())));
    });
    return passed;
  });

  expect(kept).toEqual([false]);
});

test(covers("AG-117"), async () => {
  const kept = await areKept(async () =>
    failuresOf(
      await thrownBy(() =>
        taskGroup((group) => {
          group.startSoon(() => Promise.reject({ exitCode: 5 }));
        }),
      ),
    ),
  );

  expect(kept).toEqual([false]);
});
