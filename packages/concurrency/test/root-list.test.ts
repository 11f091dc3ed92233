import { expect, test } from "vitest";
import { roots } from "../src/context.ts";
import { CancelScope, run, runningTasks, sleepForever } from "../src/index.ts";
import { VirtualRuntime } from "../src/testing/index.ts";

test("root tasks are listed from their start to their end, in whatever order they end", async () => {
  const scopes = ["first", "second", "third", "fourth"].map((name) => new CancelScope({ name }));
  const running = scopes.map((scope) => run(() => scope.run(() => sleepForever()), { name: scope.name as string }));
  const listed: string[][] = [];
  const note = (): void => void listed.push(runningTasks().map((task) => task.name));

  note();
  for (const at of [1, 3, 0, 2]) {
    scopes[at]?.cancel();
    await running[at];
    note();
  }

  expect(listed).toEqual([
    ["first", "second", "third", "fourth"],
    ["first", "third", "fourth"],
    ["first", "third"],
    ["third"],
    [],
  ]);
});

test("what a runtime drops is no longer listed, and that of others is", async () => {
  const scope = new CancelScope();
  const dropped = new VirtualRuntime();
  for (let task = 0; task < 2; task++) void run(() => sleepForever(), { runtime: dropped });
  const other = run(() => scope.run(() => sleepForever()), { name: "other" });
  void run(() => sleepForever(), { runtime: dropped });

  dropped.abandon();
  const left = [...roots].map((root) => root.name);
  scope.cancel();
  await other;

  expect(left).toEqual(["other"]);
  expect([...roots]).toEqual([]);
});

test("one that has ended holds on to no other", async () => {
  const scope = new CancelScope();
  const waiting = run(() => scope.run(() => sleepForever()), { name: "waiting" });
  const ending = run(async () => {}, { name: "ending" });
  const [ended] = roots;

  await ending;

  expect(ended).toMatchObject({ name: "ending", nextSibling: undefined, previousSibling: undefined });
  scope.cancel();
  await waiting;
});
