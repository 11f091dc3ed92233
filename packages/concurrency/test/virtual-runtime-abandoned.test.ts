import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import { checkpoint, Event, Owner, run, runningTasks, sleep, taskGroup } from "../src/index.ts";
import { VirtualRuntime } from "../src/testing/index.ts";
import { drained, thrownBy } from "./virtually.ts";

test(covers("RT-12"), async () => {
  const runtime = new VirtualRuntime();
  const reached: string[] = [];
  const real = Promise.withResolvers<void>();
  const goOn = async (how: string, wait: () => Promise<unknown>): Promise<void> => {
    await real.promise;
    await wait();
    reached.push(how);
  };

  const thrown = await thrownBy(() =>
    run(
      () =>
        taskGroup((group) => {
          group.startSoon(() => goOn("sleep", () => sleep(1)));
          group.startSoon(() => goOn("checkpoint", checkpoint));
          group.startSoon(() =>
            goOn("child", () => taskGroup((inner) => void inner.startSoon(() => reached.push("child")))),
          );
          group.startSoon(() => goOn("watcher", () => runtime.waitAllTasksBlocked()));
        }),
      { runtime },
    ),
  );
  real.resolve();
  await drained();
  const value = await run(() => sleep(5).then(() => "the next run"), { runtime });

  expect(thrown).toMatchObject({ code: "RUNTIME_DEADLOCK" });
  expect(reached).toEqual([]);
  expect(value).toBe("the next run");
  expect(runtime.now()).toBe(5);
  expect(runtime.leaks()).toEqual([]);
});

test("what an abandoned task waited for may happen later, and does not wake it", async () => {
  const runtime = new VirtualRuntime({ autoJump: false });
  const shared = new Event();
  const log: string[] = [];

  void run(() => shared.wait().then(() => log.push("went on")), { runtime });
  void run(() => runtime.advance(5).then(() => log.push("moved")), { runtime });
  await runtime.waitAllTasksBlocked();
  runtime.abandon();
  shared.set();
  await drained();
  const still = runtime.now();
  await runtime.advance(10);

  expect(log).toEqual([]);
  expect([still, runtime.now()]).toEqual([0, 10]);
});

test("code outside the runtime that moves its clock is told although the tasks were abandoned", async () => {
  const runtime = new VirtualRuntime({ autoJump: false });

  const moving = runtime.advance(10).then(() => "told");
  runtime.abandon();

  expect(await moving).toBe("told");
  expect(runtime.now()).toBe(10);
});

test("the tasks of another runtime are not abandoned with those of one", async () => {
  const [left, right] = [new VirtualRuntime(), new VirtualRuntime()];

  const going = run(() => right.external(drained()).then(() => runningTasks().map(({ name }) => name)), {
    runtime: right,
    name: "going",
  });
  left.abandon();

  expect(await going).toEqual(["going"]);
});

test("abandoned tasks are no longer running tasks, those of owners among them", async () => {
  const runtime = new VirtualRuntime();
  const owner = new Owner((own) => own.publish("value"), { name: "owner" });

  const thrown = await thrownBy(() => run(() => owner.withLease(() => new Promise(() => {})), { runtime }));
  const left = await run(() => runningTasks(), { runtime });

  expect(thrown).toMatchObject({ code: "RUNTIME_DEADLOCK" });
  expect(left).toHaveLength(1);
});
