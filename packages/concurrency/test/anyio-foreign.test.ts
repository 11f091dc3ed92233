import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import { cancellable, CancelScope, run, sleep, taskGroup } from "../src/index.ts";
import { drained, thrownBy, virtually, watchRejections } from "./virtually.ts";

/** A promise that nothing settles and no scope knows. */
function never(): Promise<never> {
  return new Promise(() => {});
}

test(covers("AG-85"), async () => {
  const log: string[] = [];

  await virtually(() =>
    taskGroup((group) => {
      group.startSoon(() => cancellable(never()).finally(() => log.push("child stopped")));
      group.cancel();
    }),
  );
  await virtually((runtime) =>
    taskGroup(async (group) => {
      group.startSoon(() => cancellable(never()).finally(() => log.push("waiting child stopped")));
      await runtime.waitAllTasksBlocked();
      group.cancel();
    }),
  );

  expect(log).toEqual(["child stopped", "waiting child stopped"]);
});

test(covers("AG-86"), async () => {
  const scope = new CancelScope();
  const log: string[] = [];

  await virtually((runtime) =>
    taskGroup(async (group) => {
      group.startSoon(() =>
        scope
          .run(async () => {
            await cancellable(never());
            log.push("not reached");
          })
          .finally(() => log.push("left the scope")),
      );
      await runtime.waitAllTasksBlocked();
      group.cancel();
    }),
  );

  expect(log).toEqual(["left the scope"]);
  expect(scope).toMatchObject({ cancelCalled: false, cancelledCaught: false });
});

test(covers("AG-87"), async () => {
  using rejections = watchRejections();
  const statuses: string[] = [];
  const warnings: Error[] = [];
  const warn = (warning: Error): void => void warnings.push(warning);
  process.on("warning", warn);

  for (const start of [virtually, run]) {
    await start(() =>
      taskGroup(async (group) => {
        const child = group.startSoon(() => {});
        group.cancel();
        await thrownBy(() => child);
        group.startSoon(() => statuses.push(child.status));
      }),
    );
  }
  await drained();
  process.off("warning", warn);

  expect(statuses).toEqual(["finished", "finished"]);
  expect(rejections.reasons).toEqual([]);
  expect(warnings).toEqual([]);
});

test(covers("AG-93"), async () => {
  using rejections = watchRejections();
  const controller = new AbortController();
  const interrupted = new Error("interrupted");

  const thrown = await thrownBy(() =>
    virtually(
      async (runtime) => {
        runtime.setTimer(10, () => controller.abort(interrupted));
        await taskGroup(async (group) => {
          group.startSoon(() => sleep(500));
          await sleep(500);
        });
      },
      { signal: controller.signal },
    ),
  );
  await drained();

  expect(thrown).toMatchObject({ code: "TASK_CANCELLED", source: "signal" });
  expect((thrown as { reason: unknown }).reason).toBe(interrupted);
  expect(rejections.reasons).toEqual([]);
});
