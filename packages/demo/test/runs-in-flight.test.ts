import { expect, test } from "vitest";
import { RunsInFlight } from "../src/backend/runs-in-flight.ts";

test.each(["run", "answer"])("a run counts until its %s is over too", async (last) => {
  const runs = new RunsInFlight();
  const run = Promise.withResolvers<string>();
  const answer = Promise.withResolvers<void>();
  const tracked = runs.track(() => run.promise, answer.promise);
  const drained = runs.drain(60_000);
  const settle = { run: () => run.resolve("done"), answer: () => answer.resolve() };

  const [first, second] = last === "run" ? [settle.answer, settle.run] : [settle.run, settle.answer];
  first();
  await Promise.race([drained, turns()]);
  const meanwhile = runs.size;
  second();
  await drained;

  expect(meanwhile).toBe(1);
  expect(runs.size).toBe(0);
  expect(await tracked).toBe("done");
});

test("a run that fails is over as well, and its caller gets the error", async () => {
  const runs = new RunsInFlight();

  const tracked = runs.track(() => Promise.reject(new Error("no")), Promise.resolve());

  await expect(tracked).rejects.toThrow("no");
  await runs.drain(60_000);
  expect(runs.size).toBe(0);
});

test("draining nothing ends at once, and says that nothing new is taken", async () => {
  const runs = new RunsInFlight();

  const draining = runs.drain(60_000);

  expect(runs.isDraining).toBe(true);
  await draining;
});

/** Lets promises settle that have what they need. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
}
