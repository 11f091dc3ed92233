import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import { CancelScope, checkpoint, moveOnAfter, run, shielded, sleep, sleepForever, taskGroup } from "../src/index.ts";
import { VirtualRuntime } from "../src/testing/index.ts";
import { thrownBy, virtually } from "./virtually.ts";

test(covers("AG-19"), async () => {
  const controller = new AbortController();
  const log: string[] = [];

  const thrown = await thrownBy(() =>
    virtually(
      () =>
        taskGroup(async (group) => {
          group.startSoon(() => sleepForever().finally(() => log.push("child stopped")));
          group.startSoon(() => sleep(1).then(() => controller.abort("from outside")));
          await sleepForever();
        }),
      { signal: controller.signal },
    ),
  );

  expect(thrown).toMatchObject({ name: "CancelledError", source: "signal", reason: "from outside" });
  expect(log).toEqual(["child stopped"]);
});

test(covers("AG-20"), async () => {
  let steps = 0;
  const choose = (): number => {
    steps += 1;
    return 0;
  };
  const runtime = new VirtualRuntime({ choose });
  const ended: string[] = [];
  const sleepAs = (name: string) => [() => sleep(100), { name }] as const;

  const stepsInShield = await run(
    async () => {
      let counted: number | undefined;
      await taskGroup(async (outer) => {
        outer.startSoon(...sleepAs("outer sleeper"));
        outer.startSoon(() =>
          taskGroup((middle) => {
            middle.startSoon(...sleepAs("middle sleeper"));
            middle.startSoon(() =>
              shielded(async () => {
                await sleep(5);
                const before = steps;
                await sleep(50);
                counted = steps - before;
              }),
            );
          }),
        );
        await sleep(1);
        outer.cancel();
      });
      return counted;
    },
    {
      runtime,
      instruments: [{ waitEnded: ({ task }, outcome) => void (outcome === "error" && ended.push(task.name)) }],
    },
  );

  expect(ended.toSorted()).toEqual(["middle sleeper", "outer sleeper"]);
  // The timer, and the end of the wait that it brings.
  expect(stepsInShield).toBe(2);
  expect(runtime.leaks()).toEqual([]);
});

test(covers("AG-21"), async () => {
  const scope = new CancelScope({ timeout: 100 });

  const statistics = await virtually((runtime) =>
    taskGroup(async (group) => {
      await group.startSoon(() => void scope.enter());
      const before = runtime.statistics();
      scope.cancel();
      return [before, runtime.statistics()];
    }),
  );

  const nothing = { ready: 0, waiting: 0, timers: 0 };
  expect(statistics).toEqual([nothing, nothing]);
  expect(scope.cancelledCaught).toBe(false);
});

test(covers("AG-25"), async () => {
  let marker: number | undefined;
  const seen: unknown[] = [];

  await virtually(() =>
    taskGroup((group) => {
      group.startSoon(async () => {
        marker = 1;
        await checkpoint().catch(() => {});
        await checkpoint();
        marker = 2;
      });
      seen.push(marker);
      group.cancel();
    }),
  );

  expect(seen).toEqual([undefined]);
  expect(marker).toBe(1);
});

test(covers("AG-26"), async () => {
  const log: string[] = [];

  await virtually(() =>
    taskGroup((group) => {
      group.startSoon(async () => {
        log.push("begun");
        await sleep(100);
        log.push("not reached");
      });
      group.cancel();
    }),
  );

  expect(log).toEqual(["begun"]);
});

test(covers("AG-27"), async () => {
  const thrown: unknown[] = [];

  await virtually(() =>
    taskGroup(async (group) => {
      group.cancel("test reason");
      thrown.push(await thrownBy(() => checkpoint()));
    }),
  );

  expect(thrown).toMatchObject([{ code: "TASK_CANCELLED", message: expect.stringContaining("test reason") as string }]);
});

test(covers("AG-30"), async () => {
  const scope = new CancelScope();
  const log: string[] = [];

  await virtually(() =>
    taskGroup(async (group) => {
      group.startSoon(() =>
        scope.run(async () => {
          log.push("entered");
          await sleep(200);
          log.push("not reached");
        }),
      );
      while (log.length === 0) await checkpoint();
      scope.cancel();
    }),
  );

  expect(log).toEqual(["entered"]);
  expect(scope.cancelledCaught).toBe(true);
});

test(covers("AG-31"), async () => {
  const log: string[] = [];

  await virtually(() =>
    taskGroup(async (outer) => {
      outer.startSoon(() =>
        taskGroup(async () => {
          log.push("inner group");
          await sleep(100);
          log.push("not reached");
        }),
      );
      await sleep(1);
      outer.cancel();
    }),
  );

  expect(log).toEqual(["inner group"]);
});

test(covers("AG-32"), async () => {
  const log: string[] = [];

  await virtually(async (runtime) => {
    for (const name of ["first", "second"]) {
      await taskGroup(async (group) => {
        group.startSoon(() => runtime.waitAllTasksBlocked().then(() => group.cancel()));
        await sleep(100);
        log.push("not reached");
      });
      log.push(name);
    }
  });

  expect(log).toEqual(["first", "second"]);
});

test(covers("AG-33"), async () => {
  const log: string[] = [];

  await virtually(() =>
    taskGroup(async (outer) => {
      outer.startSoon(() =>
        taskGroup((inner) => {
          inner.startSoon(async () => {
            try {
              await sleep(500);
              log.push("not reached");
            } finally {
              log.push("grandchild cleaned up");
            }
          });
        }).finally(() => log.push("inner group ended")),
      );
      await sleep(1);
      log.push("cancelling");
      outer.cancel();
    }),
  );

  expect(log).toEqual(["cancelling", "grandchild cleaned up", "inner group ended"]);
});

test(covers("AG-34"), async () => {
  const scope = new CancelScope();
  const log: string[] = [];
  scope.cancel();

  await virtually(() =>
    scope.run(async () => {
      log.push("entered");
      await sleep(100);
      log.push("not reached");
    }),
  );

  expect(log).toEqual(["entered"]);
  expect(scope.cancelledCaught).toBe(true);
});

test(covers("AG-37"), async () => {
  const value = await virtually(() =>
    taskGroup(async (group) => {
      group.cancel();
      await checkpoint();
      return "not reached";
    }),
  );

  expect(value).toBeUndefined();
});

test(covers("AG-38"), async () => {
  const log: string[] = [];

  await virtually(async () => {
    await moveOnAfter(10, () => sleep(100).then(() => log.push("not reached")));
    await checkpoint();
    log.push("went on");
  });

  expect(log).toEqual(["went on"]);
});

test(covers("AG-58"), async () => {
  const scope = new CancelScope();

  await virtually(() => scope.run(() => scope.cancel()));

  expect(scope).toMatchObject({ cancelCalled: true, cancelledCaught: false });
});

test(covers("AG-59"), async () => {
  const outer = new CancelScope();
  const inner = new CancelScope();

  await virtually(() =>
    outer.run(() => {
      outer.cancel();
      return inner.run(() => {
        inner.cancel();
        return sleepForever();
      });
    }),
  );

  expect(inner).toMatchObject({ cancelCalled: true, cancelledCaught: false });
  expect(outer).toMatchObject({ cancelCalled: true, cancelledCaught: true });
});

test(covers("AG-60"), async () => {
  const outer = new CancelScope();
  const inner = new CancelScope();
  const log: string[] = [];

  await virtually(() =>
    outer.run(async () => {
      await inner.run(() => {
        inner.cancel();
        return checkpoint().finally(() => outer.cancel());
      });
      log.push("not reached");
    }),
  );

  expect(log).toEqual([]);
  expect(inner.cancelledCaught).toBe(false);
  expect(outer.cancelledCaught).toBe(true);
});

test(covers("AG-61"), async () => {
  const outer = new CancelScope();
  const inner = new CancelScope({ shield: true });
  const log: string[] = [];

  await virtually(() =>
    outer.run(async () => {
      await inner.run(() => {
        inner.cancel();
        return checkpoint().finally(() => outer.cancel());
      });
      log.push("between the two");
    }),
  );

  expect(log).toEqual(["between the two"]);
  expect(inner.cancelledCaught).toBe(true);
  expect(outer).toMatchObject({ cancelCalled: true, cancelledCaught: false });
});

test(covers("AG-63"), async () => {
  const thrown: unknown[] = [];
  async function* hosts(): AsyncGenerator<string> {
    await taskGroup(async (group) => {
      await shielded(() => group.cancel());
      thrown.push(await thrownBy(() => checkpoint()), await thrownBy(() => checkpoint()));
    });
    yield "left";
  }

  const next = await virtually(async () => {
    for await (const value of hosts()) return value;
    return "nothing";
  });

  expect(thrown).toMatchObject([{ code: "TASK_CANCELLED" }, { code: "TASK_CANCELLED" }]);
  expect(next).toBe("left");
});

test(covers("AG-66"), async () => {
  const scope = new CancelScope();
  const log: string[] = [];

  const isGroupCancelled = await virtually(() =>
    taskGroup(async (group) => {
      group.startSoon(() => scope.run(() => sleep(200)).then(() => log.push("child left its scope")));
      await sleep(1);
      scope.cancel();
      await sleep(10);
      log.push("body done");
      return group.scope.cancelCalled;
    }),
  );

  expect(log).toEqual(["child left its scope", "body done"]);
  expect(isGroupCancelled).toBe(false);
});
