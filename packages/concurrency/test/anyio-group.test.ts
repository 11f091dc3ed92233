import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import { checkpoint, currentTask, sleep, taskGroup, type TaskGroup } from "../src/index.ts";
import { thrownBy, virtually } from "./virtually.ts";

test(covers("AG-1"), async () => {
  const thrown = await virtually(async () => {
    const open: TaskGroup[] = [];
    await taskGroup((group) => void open.push(group));
    return await thrownBy(() => open[0]?.startSoon(() => sleep(1)));
  });

  expect(thrown).toMatchObject({ code: "TASK_GROUP_CLOSED" });
  expect((thrown as Error).message).toContain("this task group is not active");
});

test(covers("AG-2"), async () => {
  const results = new Set<string>();

  await virtually(() =>
    taskGroup((group) => {
      group.startSoon(() => sleep(1).then(() => results.add("a")));
      group.startSoon(() => sleep(2).then(() => results.add("b")));
    }),
  );

  expect(results).toEqual(new Set(["a", "b"]));
});

test(covers("AG-3"), async () => {
  const outside = await thrownBy(() => currentTask());

  const parents = await taskGroup(async (group) => {
    const child = group.startSoon(() => checkpoint().then(() => currentTask().parentId));
    return [currentTask().id, await child, currentTask().parentId];
  });

  expect(outside).toMatchObject({ code: "NO_TASK" });
  expect(parents).toEqual([parents[0], parents[0], undefined]);
});

test(covers("AG-4"), async () => {
  const log: string[] = [];

  await virtually(() =>
    taskGroup((group) => {
      group.startSoon(() => {
        group.startSoon(() => sleep(1).then(() => log.push("grandchild")));
      });
    }),
  );

  expect(log).toEqual(["grandchild"]);
});

test(covers("AG-62"), async () => {
  const log: string[] = [];

  await virtually(() =>
    taskGroup(async (outer) => {
      outer.startSoon(() => log.push("other task"));
      await taskGroup(() => {});
      await taskGroup(() => {});
      log.push("two empty groups ended");
    }),
  );

  expect(log).toEqual(["other task", "two empty groups ended"]);
});
