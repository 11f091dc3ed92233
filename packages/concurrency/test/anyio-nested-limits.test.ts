import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import {
  CancelScope,
  currentEffectiveDeadline,
  type ExceptionGroup,
  failAfter,
  moveOnAfter,
  sleep,
  taskGroup,
  TimeoutError,
} from "../src/index.ts";
import { thrownBy, virtually } from "./virtually.ts";

test(covers("AG-70"), async () => {
  const deadlines = await virtually(() =>
    moveOnAfter(10, async () => {
      const outside = currentEffectiveDeadline();
      const inside = await new CancelScope({ shield: true }).run(() =>
        moveOnAfter(1_000, () => currentEffectiveDeadline()),
      );
      return [outside, inside];
    }),
  );

  expect(deadlines).toEqual([10, 1_000]);
});

test(covers("AG-71"), async () => {
  const log: string[] = [];

  await virtually(() =>
    moveOnAfter(0, async () => {
      log.push("entered");
      await sleep(0);
      log.push("not reached");
    }),
  );

  expect(log).toEqual(["entered"]);
});

test(covers("AG-72"), async () => {
  const end = await virtually((runtime) =>
    failAfter(100, async (scope) => {
      scope.deadline += 300;
      await sleep(200);
      return runtime.now();
    }),
  );

  expect(end).toBe(200);
});

test(covers("AG-73"), async () => {
  const log: string[] = [];

  const thrown = await thrownBy(() =>
    virtually(() =>
      failAfter(100, () =>
        taskGroup(async (group) => {
          group.startSoon(() => sleep(2_000).finally(() => log.push("child stopped")));
          await sleep(2_000).finally(() => log.push("body stopped"));
        }),
      ),
    ),
  );

  expect(thrown).toBeInstanceOf(TimeoutError);
  expect(log.toSorted()).toEqual(["body stopped", "child stopped"]);
});

test(covers("AG-74"), async () => {
  const scope = new CancelScope();
  const log: string[] = [];

  await virtually((runtime) =>
    taskGroup(async (group) => {
      await scope.run(async () => {
        await new CancelScope().run(async () => {
          group.startSoon(() => runtime.waitAllTasksBlocked().then(() => scope.cancel()));
          await failAfter(1_000, async () => {
            await sleep(2_000);
            log.push("not reached");
          });
          log.push("not reached");
        });
        log.push("not reached");
      });
      log.push(`left at ${runtime.now()}`);
    }),
  );

  expect(log).toEqual(["left at 0"]);
  expect(scope).toMatchObject({ cancelCalled: true, cancelledCaught: true });
});

test(covers("AG-75"), async () => {
  const scope = new CancelScope();

  const thrown = await thrownBy(() =>
    virtually((runtime) =>
      taskGroup((group) =>
        scope.run(() =>
          new CancelScope({ shield: true }).run(() => {
            group.startSoon(() => runtime.waitAllTasksBlocked().then(() => scope.cancel()));
            return failAfter(200, () => sleep(2_000));
          }),
        ),
      ),
    ),
  );

  expect((thrown as ExceptionGroup).errors).toEqual([expect.any(TimeoutError)]);
  expect(scope).toMatchObject({ cancelCalled: true, cancelledCaught: false });
});
