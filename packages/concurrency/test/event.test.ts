import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import { CancelScope, Event, run, sleep, taskGroup } from "../src/index.ts";
import { VirtualRuntime } from "../src/testing/index.ts";
import { thrownBy, virtually } from "./virtually.ts";

test(covers("EV-1"), async () => {
  const event = new Event("ready");
  const log: string[] = [];

  await virtually(() =>
    taskGroup((group) => {
      for (const name of ["a", "b"]) group.startSoon(() => event.wait().then(() => log.push(name)));
      group.startSoon(async () => {
        await sleep(1);
        event.set();
        event.set();
        await event.wait();
        log.push("set already");
      });
    }),
  );

  expect(event.isSet).toBe(true);
  expect(log.toSorted()).toEqual(["a", "b", "set already"]);
});

test(covers("EV-2"), async () => {
  const event = new Event();

  const waiting = await virtually(() =>
    taskGroup(async (group) => {
      const before = event.statistics();
      const handles = [group.startSoon(() => event.wait()), group.startSoon(() => event.wait())];
      await sleep(1);
      const during = event.statistics();
      for (const handle of handles) handle.cancel();
      return [before, during, event.statistics()];
    }),
  );

  expect(waiting).toEqual([{ tasksWaiting: 0 }, { tasksWaiting: 2 }, { tasksWaiting: 0 }]);
});

test(covers("EV-3"), async () => {
  const event = new Event();
  event.set();

  const thrown = await virtually(() =>
    new CancelScope().run((scope) => {
      scope.cancel();
      return thrownBy(() => event.wait());
    }),
  );

  expect(thrown).toMatchObject({ code: "TASK_CANCELLED" });
});

test(covers("EV-4"), async () => {
  const event = new Event();
  const log: string[] = [];

  await virtually(() =>
    taskGroup(async (group) => {
      group.startSoon(() => event.wait().then(() => log.push("woken")));
      await sleep(1);
      event.set();
      group.cancel();
    }),
  );

  expect(log).toEqual(["woken"]);
});

test("an event that is set after the cancellation does not wake the waiter", async () => {
  const event = new Event();
  const log: string[] = [];

  await virtually(() =>
    taskGroup((group) => {
      group.startSoon(async () => {
        log.push("started");
        await event.wait();
        log.push("not reached");
      });
      group.cancel();
      event.set();
    }),
  );

  expect(log).toEqual(["started"]);
});

test(covers("RT-4"), async () => {
  const event = new Event();
  const runtimes = [new VirtualRuntime(), new VirtualRuntime()];

  const waiting = [
    ...runtimes.map((runtime) => run(() => event.wait(), { runtime })),
    run(() => event.wait()),
    event.wait(),
  ];
  const first = runtimes.map((runtime) => run(() => sleep(5).then(() => event.set()), { runtime }));
  await Promise.all([...waiting, ...first]);

  expect(event.statistics()).toEqual({ tasksWaiting: 0 });
});

test("statistics are a frozen snapshot", () => {
  const statistics = new Event().statistics();

  expect(Object.isFrozen(statistics)).toBe(true);
});
