import { AsyncLocalStorage } from "node:async_hooks";
import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import {
  CancelScope,
  checkpoint,
  currentTask,
  Event,
  moveOnAfter,
  shielded,
  sleep,
  taskGroup,
  type TaskGroup,
  type TaskHandle,
} from "../src/index.ts";
import { thrownBy, virtually } from "./virtually.ts";

test(covers("TG-1"), async () => {
  const log: string[] = [];

  const value = await virtually(() =>
    taskGroup((group) => {
      group.startSoon(() => sleep(10).then(() => log.push("slow")));
      group.startSoon(() => sleep(5).then(() => log.push("quick")));
      return "value";
    }),
  );

  expect(value).toBe("value");
  expect(log).toEqual(["quick", "slow"]);
});

test(covers("TG-2"), async () => {
  const log: string[] = [];
  const watch = async (name: string): Promise<void> => {
    try {
      await sleep(100);
      log.push(`${name} not stopped`);
    } finally {
      await shielded(() => sleep(5));
      log.push(`${name} ended`);
    }
  };

  for (const failing of ["child", "body"]) {
    await thrownBy(() =>
      virtually(() =>
        taskGroup(async (group) => {
          group.startSoon(() => watch(`sibling of failing ${failing}`));
          if (failing === "body") {
            await sleep(1);
            throw new Error("body");
          }
          group.startSoon(() => sleep(1).then(() => Promise.reject(new Error("child"))));
          await watch(`body of failing ${failing}`);
        }),
      ),
    );
    log.push("group ended");
  }

  expect(log).toEqual([
    "body of failing child ended",
    "sibling of failing child ended",
    "group ended",
    "sibling of failing body ended",
    "group ended",
  ]);
});

test(covers("TG-5"), async () => {
  const log: string[] = [];

  await virtually(() =>
    taskGroup((group) => {
      group.startSoon(() => log.push("first child"));
      group.startSoon(() => log.push("second child"));
      log.push("body");
    }),
  );

  expect(log).toEqual(["body", "first child", "second child"]);
});

test("a child may start others in its own group, also while the body waits for its children", async () => {
  const log: string[] = [];

  await virtually(() =>
    taskGroup((group) => {
      group.startSoon(async () => {
        await sleep(1);
        group.startSoon(() => sleep(10).then(() => log.push("grandchild")));
        log.push("child");
      });
    }),
  );

  expect(log).toEqual(["child", "grandchild"]);
});

test(covers("TG-6"), async () => {
  const groups: TaskGroup[] = [];

  await virtually(() => taskGroup((group) => void groups.push(group), { name: "fetchers" }));
  await thrownBy(() =>
    virtually(() =>
      taskGroup((group) => {
        groups.push(group);
        throw new Error("failure");
      }),
    ),
  );
  const errors = await Promise.all(groups.map((group) => thrownBy(() => group.startSoon(() => "late"))));

  expect(errors).toMatchObject([{ code: "TASK_GROUP_CLOSED" }, { code: "TASK_GROUP_CLOSED" }]);
  expect((errors[0] as Error).message).toBe(
    'startSoon() on a closed task group "fetchers": this task group is not active; open a new group',
  );
});

test("a task that others start while a group is about to end is still joined", async () => {
  const log: string[] = [];
  const open = Promise.withResolvers<TaskGroup>();

  await virtually(() =>
    taskGroup((outer) => {
      outer.startSoon(async () => {
        const group = await open.promise;
        const late = async (name: string): Promise<void> => {
          await sleep(5);
          log.push(name);
        };
        group.startSoon(() => late("while its last yield"));
        await sleep(5);
        await Promise.resolve();
        log.push(
          await thrownBy(() => group.startSoon(() => late("late"))).then(
            () => "closed",
            () => "after its last join",
          ),
        );
      });
      outer.startSoon(async () => {
        await taskGroup((group) => open.resolve(group));
        log.push("group ended");
      });
    }),
  );

  expect(log).toContain("while its last yield");
  expect(log.at(-1)).toBe("group ended");
});

test(covers("TG-7"), async () => {
  const log: string[] = [];

  await virtually(() =>
    taskGroup(async (group) => {
      await moveOnAfter(5, async (scope) => {
        group.startSoon(async () => {
          await sleep(10);
          log.push("outlives the scope it was started in");
        });
        await taskGroup((inner) => {
          inner.startSoon(() => {
            group.startSoon(() => log.push(`child of task ${String(currentTask().parentId)}`));
          });
        });
        scope.cancel();
      });
    }),
  );

  expect(log).toEqual(["child of task 1", "outlives the scope it was started in"]);
});

test("a child keeps the other async context of its spawner", async () => {
  const request = new AsyncLocalStorage<string>();
  const seen: unknown[] = [];
  const look = async (): Promise<void> => {
    seen.push(request.getStore());
    await sleep(1);
    seen.push(request.getStore());
  };

  await virtually(() =>
    taskGroup((group) => {
      request.run("one", () => group.startSoon(look));
      request.run("two", () => group.startSoon(look));
    }),
  );

  expect(seen).toEqual(["one", "two", "one", "two"]);
});

test("group.cancel() stops body and children, and the group ends without an error", async () => {
  const log: string[] = [];

  const value = await virtually(() =>
    taskGroup(async (group) => {
      group.startSoon(() => sleep(100).finally(() => log.push("child stopped")));
      await sleep(1);
      group.cancel("enough");
      await sleep(1);
      return "not reached";
    }),
  );

  expect(value).toBeUndefined();
  expect(log).toEqual(["child stopped"]);
});

test("a child whose group was cancelled before it began runs to its first cancel point", async () => {
  const log: string[] = [];

  await virtually(() =>
    taskGroup((group) => {
      group.startSoon(async () => {
        log.push("started");
        await checkpoint();
        log.push("not reached");
      });
      group.cancel();
    }),
  );

  expect(log).toEqual(["started"]);
});

test("starting a task in a group that was cancelled is no error", async () => {
  const log: string[] = [];

  await virtually(() =>
    taskGroup((group) => {
      group.cancel();
      group.startSoon(async () => {
        log.push("started");
        await sleep(1);
      });
    }),
  );

  expect(log).toEqual(["started"]);
});

test("the same task can be cancelled through two groups in a row", async () => {
  const log: string[] = [];

  await virtually(async () => {
    for (const name of ["first", "second"]) {
      await taskGroup(async (group) => {
        group.startSoon(() => group.cancel());
        await sleep(100);
        log.push("not reached");
      });
      log.push(name);
    }
  });

  expect(log).toEqual(["first", "second"]);
});

test("an outer cancellation reaches the children of a nested group, and waits for their clean-up", async () => {
  const log: string[] = [];

  await virtually(() =>
    taskGroup(async (outer) => {
      outer.startSoon(async () => {
        await taskGroup((inner) => {
          inner.startSoon(async () => {
            try {
              await sleep(Infinity);
            } finally {
              await shielded(() => sleep(5));
              log.push("grandchild cleaned up");
            }
          });
        });
        log.push("not reached");
      });
      await sleep(1);
      outer.cancel();
    }),
  );

  expect(log).toEqual(["grandchild cleaned up"]);
});

test("a scope inside a child can be cancelled alone", async () => {
  const scope = new CancelScope();
  const log: string[] = [];

  await virtually(() =>
    taskGroup(async (group) => {
      group.startSoon(async () => {
        await scope.run(() => sleep(Infinity));
        log.push("child goes on");
      });
      await sleep(1);
      scope.cancel();
      await sleep(1);
      log.push("body goes on");
    }),
  );

  expect(log).toEqual(["child goes on", "body goes on"]);
});

test(covers("TG-14"), async () => {
  const log: string[] = [];

  await virtually(async () => {
    await taskGroup((outer) => {
      outer.startSoon(() => log.push("other task"));
      return taskGroup(() => {})
        .then(() => taskGroup(() => {}))
        .then(() => log.push("two empty groups ended"));
    });
    await new CancelScope().run(async (scope) => {
      scope.cancel();
      await taskGroup(() => {});
      log.push("no cancel point");
    });
  });

  expect(log).toEqual(["other task", "two empty groups ended", "no cancel point"]);
});

test("a cancellation that comes while the group joins its children is thrown by the group", async () => {
  const log: string[] = [];

  await virtually(() =>
    new CancelScope().run(async (scope) => {
      await taskGroup((group) => {
        group.startSoon(() => shielded(() => sleep(10)));
        group.startSoon(() => scope.cancel());
        return "value";
      });
      log.push("not reached");
    }),
  );

  expect(log).toEqual([]);
});

test("a child of 0 ms whose siblings wait for its event runs them all", async () => {
  const event = new Event();
  const order: number[] = [];

  await virtually(() =>
    taskGroup((group) => {
      for (const index of [0, 1, 2]) group.startSoon(() => event.wait().then(() => order.push(index)));
      group.startSoon(() => event.set());
    }),
  );

  expect(order).toEqual([0, 1, 2]);
});

test("startSoon refuses what is not a function", async () => {
  const thrown = await virtually(() =>
    taskGroup((group) => thrownBy(() => group.startSoon(Promise.resolve() as never))),
  );

  expect(thrown).toBeInstanceOf(TypeError);
});

test("abort listeners may start and cancel tasks while a cancellation is under way", async () => {
  const handles: TaskHandle<void>[] = [];
  const log: string[] = [];

  await virtually(() =>
    taskGroup((outer) =>
      taskGroup(async (group) => {
        const controller = new AbortController();
        controller.signal.addEventListener("abort", () => {
          handles.push(group.startSoon(() => sleep(1)));
          outer.startSoon(() => log.push("started from a listener"));
          group.cancel("again");
        });
        group.startSoon(() => sleep(100).finally(() => controller.abort()));
        await sleep(1);
        group.cancel("first");
      }),
    ),
  );

  expect(handles.map(({ status }) => status)).toEqual(["cancelled"]);
  expect(log).toEqual(["started from a listener"]);
});
