import { expect, test } from "vitest";
import {
  CancelScope,
  Event,
  type Instrument,
  moveOnAfter,
  shielded,
  sleep,
  taskGroup,
  type WaitEvent,
} from "../src/index.ts";
import { covers } from "../../../spec/covers.ts";
import { textOf } from "../src/errors.ts";
import { drained, thrownBy, virtually, watchRejections } from "./virtually.ts";

function recorder(): { readonly log: string[]; readonly instrument: Instrument } {
  const log: string[] = [];
  const instrument: Instrument = {
    taskSpawned: (task) => log.push(`${task.name} spawned`),
    taskFinished: (task, outcome, error) =>
      log.push(`${task.name} ${outcome} ${error === undefined ? "" : textOf(error)}`.trim()),
    scopeEntered: ({ task, name }) => log.push(`${task.name} entered ${String(name)}`),
    scopeExited: ({ task, name }) => log.push(`${task.name} exited ${String(name)}`),
    scopeCancelled: ({ name, source, reason }) => log.push(`${String(name)} cancelled by ${source}: ${String(reason)}`),
  };
  return { log, instrument };
}

test(covers("IN-1"), async () => {
  const { log, instrument } = recorder();

  await thrownBy(() =>
    virtually(
      () =>
        taskGroup(
          (group) => {
            group.startSoon(() => moveOnAfter(1, () => sleep(5)), { name: "child" });
            group.startSoon(() => sleep(3).then(() => Promise.reject(new Error("failure"))), { name: "failing" });
            group.startSoon(() => sleep(5), { name: "sibling" });
          },
          { name: "group" },
        ),
      { instruments: [instrument], name: "root" },
    ),
  );

  expect(log).toEqual([
    "root spawned",
    "root entered group",
    "child spawned",
    "failing spawned",
    "sibling spawned",
    "child entered moveOnAfter(1)",
    "moveOnAfter(1) cancelled by deadline: undefined",
    "child exited moveOnAfter(1)",
    "child finished",
    "failing failed failure",
    "group cancelled by failure: Error: failure",
    "sibling cancelled",
    "root exited group",
    "root failed unhandled errors in a task group (1): failure",
  ]);
});

test("a scope that is cancelled twice is told of once, with the first reason", async () => {
  const { log, instrument } = recorder();

  await virtually(
    () =>
      taskGroup(
        (group) => {
          group.startSoon(() => sleep(1), { name: "child" });
          group.cancel("first");
          group.cancel("second");
        },
        { name: "group" },
      ),
    { instruments: [instrument], name: "root" },
  );

  expect(log.filter((line) => line.startsWith("group"))).toEqual(["group cancelled by explicit: first"]);
});

test("what a child left running is told of that child, and not again of the group around it", async () => {
  const abandoned: string[] = [];

  await virtually(
    () =>
      taskGroup((group) => {
        group.startSoon(
          () => {
            void moveOnAfter(1_000, () => new Promise(() => {}));
          },
          { name: "careless" },
        );
      }),
    { instruments: [{ scopeAbandoned: ({ task }) => abandoned.push(task.name) }] },
  );

  expect(abandoned).toEqual(["careless"]);
});

test("an instrument may have any of the methods, or none", async () => {
  const value = await virtually(() => shielded(() => "value"), { instruments: [{}] });

  expect(value).toBe("value");
});

test(covers("IN-4"), async () => {
  using rejections = watchRejections();
  const { log, instrument } = recorder();
  const broken: Instrument = {
    taskFinished: () => {
      throw new Error("broken instrument");
    },
  };
  const listeners = process.listeners("unhandledRejection").filter((listener) => listener.name !== "record");
  for (const listener of listeners) process.off("unhandledRejection", listener);

  const value = await virtually(() => "value", { instruments: [broken, instrument], name: "root" });
  await drained();
  for (const listener of listeners) process.on("unhandledRejection", listener);

  expect(value).toBe("value");
  expect(log).toEqual(["root spawned", "root finished"]);
  expect(rejections.reasons).toEqual([new Error("broken instrument")]);
});

test(covers("IN-2"), async () => {
  const told: unknown[] = [];
  const scope = new CancelScope({ name: "probe" });

  await thrownBy(() =>
    virtually(
      () =>
        taskGroup(
          (group) => {
            group.startSoon(() => scope.run(() => sleep(10)), { name: "victim" });
            group.startSoon(() => sleep(1).then(() => scope.cancel("no more")), { name: "canceller" });
            group.startSoon(() => sleep(2).then(() => Promise.reject(new Error("failure"))), { name: "failing" });
          },
          { name: "group" },
        ),
      { instruments: [{ scopeCancelled: ({ name, source, by }) => told.push([name, source, by]) }] },
    ),
  );

  expect(told).toEqual([
    ["probe", "explicit", "canceller"],
    ["group", "failure", "failing"],
  ]);
});

test(covers("IN-3"), async () => {
  const log: string[] = [];
  const begun = new Map<WaitEvent, string>();
  const instrument: Instrument = {
    waitBegun: (wait) => {
      begun.set(wait, wait.task.name);
      log.push(`${wait.task.name} begins ${wait.what}`);
    },
    waitEnded: (wait, outcome) => log.push(`${begun.get(wait)} ends ${wait.what}: ${outcome}`),
  };
  const never = new Event("never");

  await virtually(() => moveOnAfter(5, () => sleep(1).then(() => never.wait())), {
    instruments: [instrument],
    name: "root",
  });

  expect(log).toEqual([
    "root begins sleep(1)",
    "root ends sleep(1): value",
    'root begins event "never"',
    'root ends event "never": error',
  ]);
});
