import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import { checkpoint, taskGroup, type TaskStatus } from "../src/index.ts";
import { virtually } from "./virtually.ts";

/** What `start` gives for a task that says it is ready by a function of its own. */
async function startedBy<S>(say: (status: TaskStatus<S>) => void): Promise<S> {
  return await virtually(() =>
    taskGroup((group) =>
      group.start<S>(async (status) => {
        await checkpoint();
        say(status);
      }),
    ),
  );
}

test(covers("AG-135"), async () => {
  const values = [
    await startedBy<void>((status) => status.started()),
    await startedBy<void>((status) => status.started(undefined)),
  ];

  expect(values).toEqual([undefined, undefined]);
});

test(covers("AG-136"), async () => {
  const values = [
    await startedBy<number | void>((status) => status.started()),
    await startedBy<number | void>((status) => status.started(3)),
  ];

  expect(values).toEqual([undefined, 3]);
});

test(covers("AG-137"), async () => {
  const values = [
    await startedBy<number>((status) => status.started(3)),
    // @ts-expect-error a number is asked for
    await startedBy<number>((status) => status.started()),
  ];

  expect(values).toEqual([3, undefined]);
});

test(covers("AG-138"), async () => {
  const sayThree = (status: TaskStatus<number>): void => status.started(3);

  const value: number | string = await startedBy<number | string>((status) => sayThree(status));

  expect(value).toBe(3);
});

test(covers("AG-139"), async () => {
  const saySomething = (status: TaskStatus<number | string>): void => status.started("three");

  // @ts-expect-error the status takes numbers alone
  const value = await startedBy<number>((status) => saySomething(status));

  expect(value).toBe("three");
});

test(covers("AG-140"), async () => {
  const ignored: TaskStatus<number> = { started() {} };
  const serve = async (status: TaskStatus<number>): Promise<string> => {
    await checkpoint();
    status.started(3);
    return "served";
  };

  const values = await virtually(() =>
    taskGroup(async (group) => [await serve(ignored), await group.startSoon(() => serve(ignored))]),
  );

  expect(values).toEqual(["served", "served"]);
});
