import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import { type ExceptionGroup, sleep, taskGroup, type TaskGroup } from "../src/index.ts";
import { thrownBy, virtually } from "./virtually.ts";

/** Fails after a while, or as soon as it is cancelled. */
async function failing(message: string, delay: number): Promise<void> {
  try {
    await sleep(delay);
  } finally {
    // oxlint-disable-next-line no-unsafe-finally -- what the cases are about
    throw new Error(message);
  }
}

/** The messages of what a group failed with. */
async function messagesOf(body: (group: TaskGroup) => Promise<void> | void): Promise<string[]> {
  const thrown = await thrownBy(() => virtually(() => taskGroup(body)));
  return (thrown as ExceptionGroup).errors.map((error: Error) => error.message);
}

test(covers("AG-5"), async () => {
  const open: TaskGroup[] = [];

  const messages = await messagesOf((group) => {
    open.push(group);
    throw new Error("body");
  });
  const thrown = await thrownBy(() => open[0]?.startSoon(() => sleep(1)));

  expect(messages).toEqual(["body"]);
  expect(thrown).toMatchObject({ code: "TASK_GROUP_CLOSED" });
  expect((thrown as Error).message).toContain("this task group is not active");
});

test(covers("AG-24"), async () => {
  let result: string | undefined;

  const messages = await messagesOf((group) => {
    group.startSoon(async () => {
      await sleep(300);
      result = "a";
    });
    throw new Error("dummy error");
  });

  expect(messages).toEqual(["dummy error"]);
  expect(result).toBeUndefined();
});

test(covers("AG-28"), async () => {
  const log: string[] = [];

  const messages = await messagesOf(async (group) => {
    group.startSoon(() => failing("foo", 1));
    await sleep(50);
    log.push("not reached");
  });

  expect(messages).toEqual(["foo"]);
  expect(log).toEqual([]);
});

test(covers("AG-29"), async () => {
  const log: string[] = [];

  const messages = await messagesOf(async (group) => {
    group.startSoon(async () => {
      log.push("begun");
      await sleep(100);
      log.push("not reached");
    });
    await sleep(1);
    throw new Error("foo");
  });

  expect(messages).toEqual(["foo"]);
  expect(log).toEqual(["begun"]);
});

test(covers("AG-35"), async () => {
  const messages = await messagesOf((group) => {
    group.startSoon(() => failing("task1", 10));
    group.startSoon(() => failing("task2", 15));
  });

  expect(messages).toEqual(["task1", "task2"]);
});

test(covers("AG-36"), async () => {
  const messages = await messagesOf(async (group) => {
    group.startSoon(() => failing("child", 200));
    await sleep(1);
    throw new Error("host");
  });

  expect(messages).toEqual(["host", "child"]);
});

test("a task that throws undefined after another has failed is a failure too, though nothing has yet been thrown to cancel it", async () => {
  const thrown = await thrownBy(() =>
    virtually(() =>
      taskGroup((group) => {
        for (const error of [new Error("first"), undefined]) {
          group.startSoon(() => Promise.reject(error));
        }
      }),
    ),
  );

  expect((thrown as ExceptionGroup).errors).toEqual([new Error("first"), undefined]);
});
