import { expect, test } from "vitest";
import { covers } from "../../../../spec/covers.ts";
import { checkpoint, Event, Owner, type Published, taskGroup } from "../../src/index.ts";
import { allSchedules, inOrder, type Program } from "../all-schedules.ts";

/** A helper of the owner function fails, which cancels the function in `publish`; somebody leases about then. */
const program: Program = async () => {
  const stop = new Event();
  let isDying = false;
  const owner = new Owner<string>((own) =>
    taskGroup(async (group): Promise<Published<string>> => {
      if (own.generation > 1) return await own.publish("second");
      group.startSoon(async () => {
        await stop.wait();
        isDying = true;
        throw new Error("no heartbeat");
      });
      return await own.publish("first");
    }),
  );

  await owner.open();
  await taskGroup(async (group) => {
    group.startSoon(() => stop.set());
    group.startSoon(async () => {
      await checkpoint();
      const isTooLate = isDying;
      using lease = await owner.lease();
      if (isTooLate && lease.value === "first") throw new Error("lent what was dying");
    });
  });
  await owner.close();
};

test("a value is not lent between the cancellation of its function and the moment it feels it", async () => {
  await expect(inOrder(program, [0, 0, 0, 0, 0, 0, 0, 0])).resolves.toBeUndefined();
});

test(covers("OW-34"), async () => {
  const { exhausted } = await allSchedules(program, { limit: 5_000 });

  expect(exhausted).toBe(true);
});
