import { cancellable, moveOnAfter, sleep } from "@holdfast/concurrency";
import { expect, test } from "vitest";
import { explore, type ExploreOptions } from "../src/index.ts";

/** The orders in which two tasks end that sleep for 1 and for 5 ms. */
async function endings(timers: NonNullable<ExploreOptions["timers"]>): Promise<string[]> {
  const seen = new Set<string>();
  await explore(
    async (lab) => {
      const ends = lab.shared({ order: "" }, "ends");
      await lab.all(2, async (index) => {
        await sleep(index === 0 ? 1 : 5);
        ends.order += index;
      });
      seen.add(ends.order);
    },
    { strategy: "exhaustive", timers },
  );
  return [...seen].toSorted();
}

test("lets timers fire in any order where they are free", async () => {
  expect(await endings("free")).toEqual(["01", "10"]);
});

test("lets a later timer come first only where the earlier one was set after it had fired", async () => {
  const late = new Set<string>();

  expect(await endings("ordered")).toEqual(["01", "10"]);
  await explore(
    async (lab) => {
      const log = lab.shared({ order: "" }, "log");
      await Promise.all([5, 1, 3].map((ms) => sleep(ms).then(() => (log.order += ms))));
      late.add(log.order);
    },
    { strategy: "exhaustive", timers: "ordered" },
  );

  expect([...late]).toEqual(["135"]);
});

test.for(["free", "ordered"] as const)("finds both ends of a time limit, timers %s", async (timers) => {
  const seen = new Set<unknown>();

  const { verdict } = await explore(
    async (lab) => {
      lab.access({}, "read");
      seen.add(await moveOnAfter(2, () => cancellable(lab.io("an answer", () => "in time"))));
    },
    { strategy: "exhaustive", timers },
  );

  expect(verdict).toBe("exhausted");
  expect(seen).toEqual(new Set(["in time", undefined]));
});
