import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import { CancelScope, checkpoint, Event, moveOnAfter, run, shielded, sleep, taskGroup } from "../src/index.ts";
import { VirtualRuntime } from "../src/testing/index.ts";
import { thrownBy, virtually } from "./virtually.ts";

test(covers("SH-1"), async () => {
  const log: string[] = [];

  await virtually(async (runtime) => {
    await new CancelScope().run(async (scope) => {
      scope.cancel();
      await shielded(async () => {
        await sleep(10);
        log.push(`slept until ${runtime.now()}`);
      });
      log.push("left the shield");
      await checkpoint();
      log.push("not reached");
    });
  });

  expect(log).toEqual(["slept until 10", "left the shield"]);
});

test(covers("SH-2"), async () => {
  const scope = new CancelScope({ shield: true });

  await virtually(() =>
    scope.run(() => {
      scope.cancel();
      return sleep(1);
    }),
  );

  expect(scope.cancelledCaught).toBe(true);
});

test(covers("SH-3"), async () => {
  const log: string[] = [];

  await virtually(() =>
    new CancelScope().run((outer) =>
      new CancelScope().run(async (scope) => {
        scope.shield = true;
        outer.cancel();
        await sleep(1);
        log.push("kept out");
        scope.shield = false;
        await thrownBy(() => sleep(1));
        log.push("felt");
        scope.shield = true;
        await sleep(1);
        log.push("kept out again");
      }),
    ),
  );

  expect(log).toEqual(["kept out", "felt", "kept out again"]);
});

test("lifting a shield ends the waits under way, down to the next shield", async () => {
  const log: string[] = [];

  await virtually(() =>
    new CancelScope().run(async (outer) => {
      const lifted = new CancelScope({ shield: true });
      await lifted.run(() =>
        taskGroup(async (group) => {
          group.startSoon(() => sleep(50).catch(() => log.push("child ended")));
          group.startSoon(() => shielded(() => sleep(20).then(() => log.push("inner shield held"))));
          await sleep(1);
          outer.cancel();
          await sleep(1);
          lifted.shield = false;
          await thrownBy(() => sleep(1));
          log.push("body ended");
        }),
      );
    }),
  );

  expect(log).toEqual(["body ended", "child ended", "inner shield held"]);
});

test("setting the shield that is set already changes nothing", async () => {
  const scope = new CancelScope({ shield: true });

  await virtually(() =>
    scope.run(async () => {
      scope.shield = true;
      await sleep(1);
    }),
  );

  expect(scope.shield).toBe(true);
});

test("a shield raised while a cancellation is on its way out does not turn it into a failure", async () => {
  const outer = new CancelScope({ name: "outer" });
  const ends: string[] = [];
  const raise = async (shielding: CancelScope): Promise<void> => {
    outer.cancel();
    shielding.shield = true;
    await checkpoint();
  };

  await virtually(async () => {
    await outer.run(() =>
      taskGroup(async (group) => {
        const child = group.startSoon(() => sleep(50));
        group.startSoon(() => raise(group.scope));
        try {
          await sleep(50);
        } finally {
          await child.wait();
          ends.push(child.status);
        }
      }),
    );
    ends.push("went on");
  });

  expect(ends).toEqual(["cancelled", "went on"]);
  expect(outer.cancelledCaught).toBe(true);
});

test("clean-up in a shield finishes, and the cancellation goes on after it", async () => {
  const log: string[] = [];

  await virtually(async () => {
    await moveOnAfter(10, async () => {
      try {
        await sleep(100);
      } finally {
        await shielded(() => sleep(50).then(() => log.push("cleaned up")));
      }
    });
    log.push("went on");
  });

  expect(log).toEqual(["cleaned up", "went on"]);
});

test("nothing runs while a cancelled group waits for a shielded sleeper", async () => {
  let steps = 0;
  const choose = (): number => {
    steps += 1;
    return 0;
  };

  await run(
    () =>
      taskGroup(async (group) => {
        for (let child = 0; child < 10; child++) group.startSoon(() => shielded(() => sleep(1_000_000)));
        await sleep(1);
        steps = 0;
        group.cancel();
      }),
    { runtime: new VirtualRuntime({ choose }) },
  );

  // The ten timers fire, the ten sleepers wake, and the join ends.
  expect(steps).toBe(21);
});

test("clean-up in a shield can have a limit of its own", async () => {
  const finished = await virtually(async (runtime) => {
    await moveOnAfter(10, async () => {
      try {
        await sleep(100);
      } finally {
        await shielded(() => moveOnAfter(5, () => sleep(Infinity)));
      }
    });
    return runtime.now();
  });

  expect(finished).toBe(15);
});

test("a child is cancelled though the body of its group sits in a shield", async () => {
  const log: string[] = [];

  await virtually(() =>
    new CancelScope().run((outer) =>
      taskGroup(async (group) => {
        const ended = new Event();
        group.startSoon(async () => {
          try {
            await sleep(Infinity);
          } finally {
            log.push("child ended");
            ended.set();
          }
        });
        await shielded(async () => {
          await sleep(1);
          outer.cancel();
          await ended.wait();
          log.push("body goes on");
        });
      }),
    ),
  );

  expect(log).toEqual(["child ended", "body goes on"]);
});

test("after the innermost of three scopes, a shield, the cancelled outermost is felt at once", async () => {
  const log: string[] = [];

  await virtually(() =>
    new CancelScope().run(async (outer) => {
      await new CancelScope().run(async () => {
        await shielded(async () => {
          outer.cancel();
          await checkpoint();
          log.push("shielded");
        });
        await checkpoint();
        log.push("not reached");
      });
    }),
  );

  expect(log).toEqual(["shielded"]);
});
