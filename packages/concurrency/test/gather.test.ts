import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import { currentTask, ExceptionGroup, gather, moveOnAfter, sleep } from "../src/index.ts";
import { thrownBy, virtually } from "./virtually.ts";

test(covers("GA-1"), async () => {
  const [slow, quick, parents] = await virtually(() =>
    gather([
      () => sleep(10).then(() => ({ name: "slow", task: currentTask() })),
      async () => ({ name: "quick", task: currentTask() }),
      () => currentTask().parentId,
    ]),
  );

  expect([slow.name, quick.name, parents]).toEqual(["slow", "quick", 1]);
  expect(slow.task).not.toBe(quick.task);
});

test(covers("GA-2"), async () => {
  const log: string[] = [];

  const thrown = await thrownBy(() =>
    virtually(() =>
      gather([
        () => sleep(100).finally(() => log.push("sibling ended")),
        () => sleep(1).then(() => Promise.reject(new Error("failure"))),
      ]).finally(() => log.push("gather ended")),
    ),
  );

  expect(thrown).toBeInstanceOf(ExceptionGroup);
  expect(thrown).toMatchObject({ errors: [{ message: "failure" }] });
  expect(log).toEqual(["sibling ended", "gather ended"]);
});

test("gathering nothing gives nothing", async () => {
  const values = await virtually(() => gather([]));

  expect(values).toEqual([]);
});

test("cancelling a gather ends all of its functions", async () => {
  const log: string[] = [];

  const values = await virtually(() =>
    moveOnAfter(1, () => gather(["a", "b"].map((name) => () => sleep(100).finally(() => log.push(name))))),
  );

  expect(values).toBeUndefined();
  expect(log).toEqual(["a", "b"]);
});
