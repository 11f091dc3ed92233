import { AsyncLocalStorage } from "node:async_hooks";
import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import {
  CancelScope,
  checkpoint,
  currentTask,
  run,
  sleep,
  taskGroup,
  TaskLocal,
  type TaskStatus,
} from "../src/index.ts";
import { thrownBy, virtually } from "./virtually.ts";

test(covers("AG-88"), async () => {
  const ids: number[] = [];

  const [spawner, child] = await virtually(() =>
    taskGroup(async (group) => {
      const handle = group.startSoon(() => {
        ids.push(currentTask().id);
        return checkpoint().then(() => void ids.push(currentTask().id));
      });
      await handle;
      return [currentTask().id, handle.task.id];
    }),
  );

  expect(ids).toEqual([child, child]);
  expect(child).not.toBe(spawner);
});

test(covers("AG-95"), async () => {
  const parents = await virtually(() =>
    taskGroup(async (group) => {
      const starter = group.startSoon(() => {
        const subtask = group.startSoon(() => currentTask().parentId);
        return [currentTask().id, () => subtask] as const;
      });
      const [starterId, subtask] = await starter;
      return { host: currentTask().id, starter: starterId, parent: await subtask() };
    }),
  );

  expect(parents.parent).toBe(parents.host);
  expect(parents.parent).not.toBe(parents.starter);
});

test(covers("AG-96"), async () => {
  const seen = await virtually(() =>
    taskGroup(async (group) => {
      const parents: unknown[] = [];
      const subtask = async (status: TaskStatus): Promise<void> => {
        parents.push(currentTask().parentId);
        await sleep(1);
        parents.push(currentTask().parentId);
        status.started();
        parents.push(currentTask().parentId);
      };
      const starter = await group.startSoon(async () => {
        await group.start(subtask);
        return currentTask().id;
      });
      return { host: currentTask().id, starter, parents };
    }),
  );

  expect(seen.parents).toEqual([seen.starter, seen.starter, seen.host]);
  expect(seen.starter).not.toBe(seen.host);
});

test(covers("AG-121"), async () => {
  const thrown = await virtually(
    () =>
      new CancelScope().run(async (scope) => {
        scope.cancel("test reason");
        return await thrownBy(() => checkpoint());
      }),
    { name: "canceller" },
  );

  expect(thrown).toMatchObject({ code: "TASK_CANCELLED", reason: "test reason", by: "canceller" });
  expect((thrown as Error).message).toMatch(/"canceller".*test reason/);
});

test(covers("AG-130"), async () => {
  const context = new AsyncLocalStorage<number>();
  const local = new TaskLocal<number>("answer");
  const seen: unknown[] = [];
  const look = async (): Promise<void> => {
    seen.push(context.getStore(), local.get());
    await checkpoint();
    seen.push(context.getStore(), local.get());
  };

  await virtually(() =>
    taskGroup((group) =>
      local.run(1, async () => {
        const inContext = context.run(42, () => AsyncLocalStorage.snapshot());
        await local.run(2, () => context.run(43, () => inContext(() => group.startSoon(look))));
      }),
    ),
  );

  expect(seen).toEqual([42, 1, 42, 1]);
});

test(covers("AG-132"), async () => {
  async function doNothing(status?: TaskStatus<string>): Promise<string> {
    status?.started(currentTask().name);
    return await checkpoint().then(() => currentTask().name);
  }

  const names = await virtually(() =>
    taskGroup(async (group) => {
      const soon = group.startSoon(doNothing);
      const started = await group.start<string>(doNothing);
      const handle = group.startHandle<string, string>(doNothing);
      await handle.started;
      return [soon.name, await soon, started, handle.name, handle.startValue, await handle];
    }),
  );
  const root = await run(doNothing);

  expect(new Set([...names, root])).toEqual(new Set(["doNothing"]));
});

test(covers("AG-133"), async () => {
  async function doNothing(status?: TaskStatus<string>): Promise<string> {
    status?.started(currentTask().name);
    return await checkpoint().then(() => currentTask().name);
  }

  const names = await virtually(() =>
    taskGroup(async (group) => {
      const soon = group.startSoon(doNothing, { name: "soon" });
      const started = await group.start<string>(doNothing, { name: "started" });
      const handle = group.startHandle<string, string>(doNothing, { name: "handle" });
      await handle.started;
      return [soon.name, await soon, started, handle.name, handle.startValue, await handle];
    }),
  );

  expect(names).toEqual(["soon", "soon", "started", "handle", "handle", "handle"]);
});
