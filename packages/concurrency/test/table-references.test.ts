import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import {
  CancelScope,
  checkpoint,
  currentTask,
  ExceptionGroup,
  failAfter,
  gather,
  moveOnAfter,
  openDeadline,
  run,
  shielded,
  sleep,
  taskGroup,
  type TaskFailedError,
  TaskLocal,
  withSignal,
} from "../src/index.ts";
import { storage } from "../src/context.ts";
import { withoutRepeats } from "../src/exception-group.ts";
import { drained, thrownBy, virtually } from "./virtually.ts";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

test("nothing keeps a scope that has been left, though its task, its signal and the scope around it live on", async () => {
  const { signal } = new AbortController();
  const uses: ((scope: CancelScope) => Promise<unknown>)[] = [
    (scope) => scope.run(() => checkpoint()),
    (scope) =>
      scope.run(() => {
        scope.cancel();
        return checkpoint();
      }),
    (scope) => thrownBy(() => scope.run(() => Promise.reject(new Error("failure")))),
    (scope) => thrownBy(() => scope.run(() => void new CancelScope({ signal, timeout: 60_000 }).enter())),
    async (scope) => scope.enter().exit(),
    (scope) => scope.run(() => void sleep(60_000)),
    (scope) => run(() => void scope.enter()),
    (scope) => scope.run(() => scope.signal.aborted),
    (scope) => scope.run(() => taskGroup((group) => void group.startSoon(() => withSignal(() => checkpoint())))),
  ];

  const kept = await run(async () => {
    const refs: WeakRef<object>[] = [];
    for (const use of uses) {
      await (async () => {
        const scope = new CancelScope({ signal, timeout: 60_000 });
        refs.push(new WeakRef(scope));
        await use(scope);
      })();
    }
    await checkpoint();
    await drained();
    collectGarbage();
    return refs.map((ref) => ref.deref() !== undefined);
  });

  expect(kept).toEqual(uses.map(() => false));
});

test("nothing keeps the tasks of a group that has ended, nor what they gave and threw", async () => {
  const uses: (() => Promise<object | undefined>)[] = [
    () => taskGroup(async (group) => await group.startSoon(async () => ({}))),
    () => taskGroup((group) => group.start<object>((status) => status.started({}))),
    () => thrownBy(() => taskGroup(() => Promise.reject(new Error("failure")))) as Promise<object>,
    () => thrownBy(() => failAfter(0, () => checkpoint())) as Promise<object>,
    async () => (await gather([async () => ({})]))[0],
    () => taskGroup((group) => group.startSoon(() => sleep(0)).task),
    async () => {
      using _limit = await openDeadline(60_000);
      await checkpoint();
      return storage.getStore();
    },
    () => moveOnAfter(60_000, () => shielded(() => storage.getStore())),
  ];

  const kept = await run(async () => {
    const refs: WeakRef<object>[] = [];
    for (const use of uses) {
      await (async () => {
        refs.push(new WeakRef((await use()) as object));
      })();
    }
    await checkpoint();
    await drained();
    collectGarbage();
    return refs.map((ref) => ref.deref() !== undefined);
  });

  expect(kept).toEqual(uses.map(() => false));
});

test("a chain of tasks that each set a variable and start the next has one value of it, not all", async () => {
  const count = new TaskLocal<number>("count");
  const other = new TaskLocal<string>("other");
  const lengths: number[] = [];

  await other.run("around", () =>
    virtually(() =>
      other.run("inside", () =>
        taskGroup((group) => {
          const next = (): Promise<void> =>
            count.run(lengths.length, () => {
              let length = 0;
              for (let { locals } = storage.getStore() ?? {}; locals !== undefined; locals = locals.outer) length += 1;
              lengths.push(length, count.get());
              if (lengths.length < 10) group.startSoon(next);
            });
          group.startSoon(next);
        }),
      ),
    ),
  );

  expect(lengths).toEqual([2, 0, 2, 2, 2, 4, 2, 6, 2, 8]);
});

test(
  "code that outlived scopes twenty thousand deep may open a shield, and close it",
  { timeout: 20_000 },
  async () => {
    const gate = Promise.withResolvers<void>();
    let late: Promise<string> = Promise.resolve("");
    const nest = async (depth: number): Promise<void> => {
      // Between two scopes, so that the depth is one of scopes and not of the stack.
      await checkpoint();
      if (depth > 0) await new CancelScope().run(() => nest(depth - 1));
      else late = gate.promise.then(() => shielded(() => checkpoint())).then(() => "cleaned up");
    };

    const end = await run(async () => {
      await nest(20_000);
      gate.resolve();
      return await late;
    });

    expect(end).toBe("cleaned up");
  },
);

test("a group splits, and knows repeats in, the errors of another installed copy of the package", async () => {
  const groups = "../src/exception-group.ts?copy";
  const errors = "../src/errors.ts?copy";
  const copy = (await import(groups)) as { ExceptionGroup: typeof ExceptionGroup };
  const copied = (await import(errors)) as { TaskFailedError: typeof TaskFailedError };
  const [first, second] = [new TypeError("first"), new Error("second")];
  const group = new ExceptionGroup([new copy.ExceptionGroup([first, second])]);

  const [types, rest] = group.split((error) => error === first);
  const once = withoutRepeats([first, new copied.TaskFailedError(await run(() => currentTask()), first)]);

  expect(group.errors[0]).not.toBeInstanceOf(ExceptionGroup);
  expect(types).toMatchObject({ errors: [{ code: "EXCEPTION_GROUP", errors: [first] }] });
  expect(rest).toMatchObject({ errors: [{ code: "EXCEPTION_GROUP", errors: [second] }] });
  expect(once).toEqual([first]);
});
