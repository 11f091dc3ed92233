import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import {
  CancelledError,
  CancelScope,
  cancellable,
  Event,
  ExceptionGroup,
  leafErrors,
  moveOnAfter,
  run,
  shielded,
  sleep,
  taskGroup,
} from "../src/index.ts";
import { drained, thrownBy, virtually, watchRejections } from "./virtually.ts";

function fail(message: string): Promise<never> {
  return Promise.reject(new Error(message));
}

test(covers("TG-3"), async () => {
  const lone = await thrownBy(() => virtually(() => taskGroup((group) => void group.startSoon(() => fail("lone")))));
  const body = await thrownBy(() => virtually(() => taskGroup(() => fail("body"))));
  const both = await thrownBy(() =>
    virtually(() =>
      taskGroup(async (group) => {
        group.startSoon(() => sleep(10).catch(() => fail("child")));
        await sleep(1);
        throw new Error("body");
      }),
    ),
  );

  expect(lone).toMatchObject({ name: "ExceptionGroup", code: "EXCEPTION_GROUP", errors: [{ message: "lone" }] });
  expect(body).toMatchObject({ name: "ExceptionGroup", errors: [{ message: "body" }] });
  expect(both).toMatchObject({ errors: [{ message: "body" }, { message: "child" }] });
});

test("the body's failure stands first, though a child failed before it", async () => {
  const thrown = await thrownBy(() =>
    virtually(() =>
      taskGroup(async (group) => {
        group.startSoon(() => fail("child"));
        await sleep(1).catch(() => fail("body"));
      }),
    ),
  );

  expect(thrown).toMatchObject({ errors: [{ message: "body" }, { message: "child" }] });
});

test(covers("U-13"), async () => {
  const thrown = await thrownBy(() =>
    virtually(() =>
      taskGroup(async (group) => {
        group.startSoon(() => sleep(10).catch(() => fail("child")));
        await sleep(1);
        throw new Error("body");
      }),
    ),
  );

  expect(thrown).toBeInstanceOf(AggregateError);
  expect(thrown).not.toBeInstanceOf(SuppressedError);
  expect(leafErrors(thrown)).toEqual([new Error("body"), new Error("child")]);
});

test("children that fail while they are being cancelled are listed too, in the order of failing", async () => {
  const thrown = await thrownBy(() =>
    virtually(() =>
      taskGroup((group) => {
        group.startSoon(async () => {
          try {
            await sleep(100);
          } finally {
            // oxlint-disable-next-line no-unsafe-finally -- what the test is about
            throw new Error("second");
          }
        });
        group.startSoon(() => fail("first"));
      }),
    ),
  );

  expect(thrown).toMatchObject({ errors: [{ message: "first" }, { message: "second" }] });
});

test(covers("TG-4"), async () => {
  const thrown = await thrownBy(() =>
    virtually(() =>
      taskGroup((outer) => {
        outer.startSoon(() => taskGroup((inner) => void inner.startSoon(() => fail("the odd word"))));
      }),
    ),
  );

  expect((thrown as Error).message).toBe(
    "unhandled errors in a task group (1): unhandled errors in a task group (1): the odd word".replace(
      "unhandled errors in a task group (1): unhandled errors in a task group (1)",
      "unhandled errors in a task group (1)",
    ),
  );
});

test("failures of nested groups nest, without the cancellations", async () => {
  const thrown = await thrownBy(() =>
    virtually(() =>
      taskGroup(async (outer) => {
        outer.startSoon(() =>
          taskGroup((inner) => {
            inner.startSoon(() => sleep(Infinity).catch(() => fail("child")));
            inner.startSoon(() => sleep(Infinity));
          }),
        );
        await sleep(1);
        throw new Error("parent");
      }),
    ),
  );

  expect(thrown).toMatchObject({
    errors: [{ message: "parent" }, { code: "EXCEPTION_GROUP", errors: [{ message: "child" }] }],
  });
  expect(leafErrors(thrown).map((leaf) => (leaf as Error).message)).toEqual(["parent", "child"]);
});

test(covers("TG-10"), async () => {
  using rejections = watchRejections();

  const thrown = await thrownBy(() =>
    run(() =>
      taskGroup(async (group) => {
        const handle = group.startSoon(() => fail("nobody awaits"));
        await handle.wait();
        await drained();
      }),
    ),
  );
  await drained();

  expect(thrown).toMatchObject({ errors: [{ message: "nobody awaits" }] });
  expect(rejections.reasons).toEqual([]);
});

test(covers("TG-11"), async () => {
  let left: unknown;

  await virtually(() =>
    new CancelScope({ name: "outside" }).run(async (scope) => {
      try {
        await taskGroup(async (group) => {
          group.startSoon(() => sleep(100));
          group.startSoon(() => sleep(100));
          scope.cancel();
          await sleep(100);
        });
      } catch (error) {
        left = error;
      }
    }),
  );

  expect(left).toBeInstanceOf(CancelledError);
  expect(left).toMatchObject({ scopeName: "outside" });
});

test(covers("TG-12"), async () => {
  const thrown = await thrownBy(() =>
    virtually(() =>
      taskGroup(async (group) => {
        const handle = group.startSoon(() => fail("child"));
        group.startSoon(async () => void (await handle));
        await handle;
      }),
    ),
  );

  expect(thrown).toMatchObject({ errors: [{ message: "child" }] });
  expect((thrown as ExceptionGroup).errors).toHaveLength(1);
});

test("a body that handles a child's failure still does not hide it from the group", async () => {
  const handled: unknown[] = [];

  const thrown = await thrownBy(() =>
    virtually(() =>
      taskGroup(async (group) => {
        handled.push(await thrownBy(() => group.startSoon(() => fail("child"))));
      }),
    ),
  );

  expect(handled).toMatchObject([{ code: "TASK_FAILED", cause: { message: "child" } }]);
  expect(thrown).toMatchObject({ errors: [{ message: "child" }] });
});

test(covers("TG-13"), async () => {
  const stale = await virtually(() =>
    new CancelScope().run((scope) => {
      scope.cancel("stale");
      return thrownBy(() => sleep(1));
    }),
  );
  const log: string[] = [];

  const fromChild = await thrownBy(() =>
    virtually(() =>
      taskGroup((group) => {
        group.startSoon(() => Promise.reject(stale as Error));
        group.startSoon(() => sleep(100).finally(() => log.push("sibling stopped")));
      }),
    ),
  );
  const fromBody = await thrownBy(() => virtually(() => taskGroup(() => Promise.reject(stale as Error))));

  expect((fromChild as ExceptionGroup).errors).toEqual([stale]);
  expect((fromBody as ExceptionGroup).errors).toEqual([stale]);
  expect(log).toEqual(["sibling stopped"]);
});

test("a child that throws undefined fails, and is not taken for cancelled", async () => {
  const thrown = await thrownBy(() =>
    virtually(() => taskGroup((group) => void group.startSoon(() => Promise.reject()))),
  );

  expect((thrown as ExceptionGroup).errors).toEqual([undefined]);
});

test("a failure beside a cancellation from outside is thrown, and the cancellation is not", async () => {
  const thrown = await thrownBy(() =>
    virtually(() =>
      moveOnAfter(1, () =>
        taskGroup(async (group) => {
          group.startSoon(() => sleep(100).catch(() => fail("clean-up failed")));
          await sleep(100);
        }),
      ),
    ),
  );

  expect(thrown).toMatchObject({ errors: [{ message: "clean-up failed" }] });
  expect((thrown as ExceptionGroup).errors).toHaveLength(1);
});

test("a failing child cancels its siblings with itself as the reason", async () => {
  const reasons: unknown[] = [];

  await thrownBy(() =>
    virtually(() =>
      taskGroup(
        async (group) => {
          group.startSoon(() => fail("child"), { name: "fetch" });
          reasons.push(await thrownBy(() => sleep(100)));
        },
        { name: "fetchers" },
      ),
    ),
  );

  expect(reasons).toMatchObject([{ source: "failure", reason: { message: "child" }, scopeName: "fetchers" }]);
  expect((reasons[0] as Error).message).toBe('cancelled in scope "fetchers" by task "fetch": child');
});

test("siblings that fail by the same shared error are each listed", async () => {
  const shared = Promise.withResolvers<never>();

  const thrown = await thrownBy(() =>
    virtually(() =>
      taskGroup((group) => {
        for (let index = 0; index < 3; index++) group.startSoon(() => cancellable(shared.promise));
        group.startSoon(() => shared.reject(new Error("shared")));
      }),
    ),
  );

  expect(leafErrors(thrown).length).toBeGreaterThanOrEqual(1);
  expect((thrown as Error).message).toContain("shared");
});

test("a failure in a group is thrown only after the group's shielded clean-up has ended", async () => {
  const log: string[] = [];
  const cleaned = new Event();

  await thrownBy(() =>
    virtually(() =>
      taskGroup((group) => {
        group.startSoon(async () => {
          try {
            await sleep(100);
          } finally {
            await shielded(() => sleep(50));
            cleaned.set();
          }
        });
        group.startSoon(() => fail("child"));
      }).finally(() => log.push(cleaned.isSet ? "after" : "before")),
    ),
  );

  expect(log).toEqual(["after"]);
});
