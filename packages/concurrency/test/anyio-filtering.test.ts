import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import {
  CancelledError,
  CancelScope,
  checkpoint,
  ExceptionGroup,
  moveOnAfter,
  sleep,
  taskGroup,
} from "../src/index.ts";
import { thrownBy, virtually } from "./virtually.ts";

/** What leaves a scope that was cancelled, and whose function threw what it made of the cancellation. */
async function leaving(scope: CancelScope, make: (cancelled: unknown) => unknown): Promise<unknown> {
  return await thrownBy(() =>
    virtually(() =>
      scope.run(async () => {
        scope.cancel();
        throw make(await thrownBy(() => checkpoint()));
      }),
    ),
  );
}

test(covers("AG-78"), async () => {
  const fail = async (name: string): Promise<void> => {
    try {
      await sleep(10);
    } finally {
      // oxlint-disable-next-line no-unsafe-finally -- what the case is about
      throw new Error(`${name} task failed`);
    }
  };

  const thrown = await thrownBy(() =>
    virtually(() =>
      taskGroup((outer) => {
        outer.startSoon(() => fail("parent"));
        return taskGroup(async (inner) => {
          inner.startSoon(() => fail("child"));
          await sleep(100);
        });
      }),
    ),
  );

  const { errors } = thrown as ExceptionGroup;
  expect(errors).toEqual([expect.any(ExceptionGroup), new Error("parent task failed")]);
  expect((errors[0] as ExceptionGroup).errors).toEqual([new Error("child task failed")]);
});

test(covers("AG-79"), async () => {
  const [mixed, unmixed] = [new CancelScope(), new CancelScope()];
  const failure = new TypeError("failure");
  const cause = new Error("cause");
  const whole = new ExceptionGroup([failure]);

  const rest = await leaving(mixed, (cancelled) => {
    const group = new ExceptionGroup([failure, cancelled]);
    group.cause = cause;
    return group;
  });
  const untouched = await leaving(unmixed, () => whole);

  expect(rest).toBeInstanceOf(ExceptionGroup);
  expect((rest as ExceptionGroup).errors).toHaveLength(1);
  expect((rest as ExceptionGroup).errors[0]).toBe(failure);
  expect((rest as ExceptionGroup).cause).toBe(cause);
  expect(untouched).toBe(whole);
  expect([mixed.cancelledCaught, unmixed.cancelledCaught]).toEqual([true, false]);
});

test(covers("AG-80"), async () => {
  const scope = new CancelScope();
  const failure = new TypeError("failure");
  const cause = new Error("cause");

  const rest = await leaving(scope, (cancelled) => {
    const inner = new ExceptionGroup([failure, cancelled]);
    inner.cause = cause;
    return new ExceptionGroup([inner]);
  });

  const [inner, ...others] = (rest as ExceptionGroup).errors as ExceptionGroup[];
  expect(others).toEqual([]);
  expect(inner).toBeInstanceOf(ExceptionGroup);
  expect(inner?.errors).toHaveLength(1);
  expect(inner?.errors[0]).toBe(failure);
  expect(inner?.cause).toBe(cause);
  expect(scope.cancelledCaught).toBe(true);
});

test(covers("AG-82"), async () => {
  const outer = new CancelScope();

  const value = await virtually(() =>
    outer.run(async () => {
      await moveOnAfter(10, () => sleep(100));
      outer.cancel();
      return "value";
    }),
  );

  expect(value).toBe("value");
  expect(outer).toMatchObject({ cancelCalled: true, cancelledCaught: false });
});

test(covers("AG-100"), async () => {
  const replacements = [
    (cause: unknown) => Object.assign(new CancelledError("explicit", "of another's making"), { cause }),
    (cause: unknown) => Object.assign(new Error("stopped", { cause }), { name: "AbortError" }),
  ];

  for (const replace of replacements) {
    const scope = new CancelScope();
    const statuses: string[] = [];

    await virtually(async (runtime) => {
      await scope.run(async () => {
        scope.cancel();
        throw replace(await thrownBy(() => checkpoint()));
      });
      await taskGroup(async (group) => {
        const child = group.startSoon(async () => {
          throw replace(await thrownBy(() => sleep(100)));
        });
        await runtime.waitAllTasksBlocked();
        child.cancel();
        await child.wait();
        statuses.push(child.status);
      });
    });

    expect(scope.cancelledCaught).toBe(true);
    expect(statuses).toEqual(["cancelled"]);
  }
});

test(covers("AG-108"), async () => {
  const scope = new CancelScope();

  const value = await virtually(() =>
    scope.run(async () => {
      scope.cancel();
      throw new ExceptionGroup([await thrownBy(() => checkpoint())]);
    }),
  );

  expect(value).toBeUndefined();
  expect(scope.cancelledCaught).toBe(true);
});
