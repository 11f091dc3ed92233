import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import { BusyResourceError, ResourceGuard, sleep, taskGroup } from "../src/index.ts";
import { thrownBy, virtually } from "./virtually.ts";

test(covers("SY-18"), async () => {
  const guard = new ResourceGuard("reading from");
  const read = async (): Promise<string> => {
    using _guard = guard.enter();
    await sleep(1);
    return "read";
  };

  const seen = await virtually(() =>
    taskGroup(async (group) => {
      const first = group.startSoon(read);
      const second = group.startSoon(() => thrownBy(read));
      return { first: await first, second: await second, third: await read() };
    }),
  );

  expect(seen).toMatchObject({
    first: "read",
    second: { code: "RESOURCE_BUSY", message: "Another task is already reading from this resource" },
    third: "read",
  });
});

test("a guard without an action is for using, and works outside every task", async () => {
  const guard = new ResourceGuard();
  guard.enter();

  const thrown = await thrownBy(() => guard.enter());

  expect(thrown).toBeInstanceOf(BusyResourceError);
  expect(thrown).toMatchObject({ message: "Another task is already using this resource" });
});

test("leaving twice does not let a third in beside the second", async () => {
  const guard = new ResourceGuard();
  const first = guard.enter();
  first.release();
  const second = guard.enter();

  first[Symbol.dispose]();
  const thrown = await thrownBy(() => guard.enter());

  expect(thrown).toBeInstanceOf(BusyResourceError);
  expect([first.isReleased, second.isReleased]).toEqual([true, false]);
});
