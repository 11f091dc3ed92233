import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import {
  CancelScope,
  checkpoint,
  currentEffectiveDeadline,
  currentTask,
  moveOnAfter,
  shielded,
  sleep,
  taskGroup,
} from "../src/index.ts";
import { thrownBy, virtually } from "./virtually.ts";

/** How the running code sees its cancellation. */
function view(): string {
  return `${currentEffectiveDeadline()}, ${currentTask().hasPendingCancellation() ? "pending" : "not pending"}`;
}

test(covers("AG-53"), async () => {
  const scopes: CancelScope[] = [];
  const log: string[] = [];

  await virtually((runtime) =>
    taskGroup(async (group) => {
      group.startSoon(() => runtime.waitAllTasksBlocked().then(() => group.cancel()));
      await moveOnAfter(
        1_000,
        async (inner) => {
          scopes.push(group.scope, inner);
          await sleep(10);
          log.push(`in the shield until ${runtime.now()}`);
        },
        { shield: true },
      );
      await sleep(100);
      log.push("not reached");
    }),
  );

  expect(log).toEqual(["in the shield until 10"]);
  expect(scopes).toMatchObject([{ cancelCalled: true }, { cancelCalled: false, shield: true }]);
});

test(covers("AG-54"), async () => {
  const log: string[] = [];

  await virtually(() =>
    taskGroup(async (group) => {
      group.scope.deadline = 1_000;
      log.push(view());
      await shielded(async () => {
        group.cancel();
        log.push(view());
        await checkpoint();
        log.push("past a checkpoint");
      });
      log.push(view());
      for (let times = 0; times < 2; times++) log.push(String(await thrownBy(() => sleep(1))));
    }),
  );

  expect(log).toEqual([
    "1000, not pending",
    "Infinity, not pending",
    "past a checkpoint",
    "-Infinity, pending",
    expect.stringMatching(/^CancelledError/),
    expect.stringMatching(/^CancelledError/),
  ]);
});

test(covers("AG-55"), async () => {
  const scope = new CancelScope({ shield: true });
  const log: string[] = [];

  await virtually(() =>
    scope.run(async () => {
      log.push(view());
      scope.cancel();
      log.push(view());
      await checkpoint();
      log.push("not reached");
    }),
  );

  expect(log).toEqual(["Infinity, not pending", "-Infinity, pending"]);
  expect(scope.cancelledCaught).toBe(true);
});

test(covers("AG-56"), async () => {
  const log: string[] = [];

  await virtually(() =>
    new CancelScope().run(async (scope) => {
      scope.cancel();
      try {
        await checkpoint();
        log.push("not reached");
      } finally {
        log.push(view());
        await shielded(() => log.push(view()));
        log.push(view());
      }
    }),
  );

  expect(log).toEqual(["-Infinity, pending", "Infinity, not pending", "-Infinity, pending"]);
});

test(covers("AG-64"), async () => {
  const scope = new CancelScope({ shield: true });
  const log: string[] = [];

  await virtually((runtime) =>
    taskGroup(async (group) => {
      await scope.run(async () => {
        group.startSoon(() => runtime.waitAllTasksBlocked().then(() => scope.cancel()));
        await sleep(50);
        log.push("not reached");
      });
      log.push(`left at ${runtime.now()}`);
    }),
  );

  expect(log).toEqual(["left at 0"]);
  expect(scope.cancelledCaught).toBe(true);
});

test(covers("AG-65"), async () => {
  const log: string[] = [];

  await virtually((runtime) =>
    taskGroup(async (group) => {
      await group.start((status) =>
        new CancelScope().run(async (scope) => {
          await sleep(10);
          scope.shield = true;
          status.started();
          await sleep(10);
          log.push(`shielded until ${runtime.now()}`);
          scope.shield = false;
          await sleep(10);
          log.push("not reached");
        }),
      );
      group.cancel();
    }),
  );

  expect(log).toEqual(["shielded until 20"]);
});
