import { expect, test } from "vitest";
import { CancelScope, CancelledError, ExceptionGroup, sleep } from "../src/index.ts";
import { thrownBy, virtually } from "./virtually.ts";

test.each([
  ["the outer one alone", false, { reached: [], inner: false, outer: true }],
  ["the inner one, when it is shielded", true, { reached: ["after the inner"], inner: true, outer: false }],
])("cancelling both scopes of a nest is caught by %s", async (_which, shield, expected) => {
  const inner = new CancelScope({ shield });
  const outer = new CancelScope();
  const reached: string[] = [];

  await virtually(() =>
    outer.run(async () => {
      await inner.run(async () => {
        inner.cancel();
        try {
          await sleep(1);
        } finally {
          outer.cancel();
        }
      });
      reached.push("after the inner");
    }),
  );

  expect({ reached, inner: inner.cancelledCaught, outer: outer.cancelledCaught }).toEqual(expected);
});

test("a cancellation that has been caught leaves nothing behind for a scope cancelled afterwards", async () => {
  const outer = new CancelScope();

  const value = await virtually(() =>
    outer.run(async () => {
      await new CancelScope({ timeout: 1 }).run(() => sleep(100));
      outer.cancel();
      return "value";
    }),
  );

  expect(value).toBe("value");
  expect(outer.cancelledCaught).toBe(false);
});

test("a scope takes its own cancellations out of a group, and keeps its cause", async () => {
  const scope = new CancelScope();
  const failure = new Error("failure");
  const cause = new Error("cause");

  const thrown = await thrownBy(() =>
    virtually(() =>
      scope.run(async () => {
        scope.cancel();
        const cancelled = await thrownBy(() => sleep(1));
        const inner = new ExceptionGroup([cancelled, failure]);
        inner.cause = cause;
        throw new ExceptionGroup([cancelled, inner]);
      }),
    ),
  );

  expect(thrown).toBeInstanceOf(ExceptionGroup);
  expect((thrown as ExceptionGroup).errors).toMatchObject([{ errors: [failure], cause }]);
  expect(scope.cancelledCaught).toBe(true);
});

test("a group of nothing but cancellations is caught like a single one", async () => {
  const scopes = [new CancelScope(), new CancelScope()];

  await virtually(async () => {
    await scopes[0]?.run(async (scope) => {
      scope.cancel();
      throw new ExceptionGroup([await thrownBy(() => sleep(1)), await thrownBy(() => sleep(2))]);
    });
    await scopes[1]?.run((scope) => {
      scope.cancel();
      return Promise.any([sleep(1), sleep(2)]);
    });
  });

  expect(scopes).toMatchObject([{ cancelledCaught: true }, { cancelledCaught: true }]);
});

test("an empty group, and a group of others with a cancellation in it, leave a cancelled scope as they are", async () => {
  const errors = [new AggregateError([]), new AggregateError([new Error("failure"), new CancelledError("explicit")])];

  const thrown = await virtually(() =>
    Promise.all(
      errors.map((error) =>
        thrownBy(() =>
          new CancelScope().run((scope) => {
            scope.cancel();
            throw error;
          }),
        ),
      ),
    ),
  );

  expect(thrown[0]).toBe(errors[0]);
  expect(thrown[1]).toBe(errors[1]);
});

test("an error that was suppressed by a cancelled disposal leaves the scope by itself", async () => {
  const failure = new Error("failure");

  const thrown = await thrownBy(() =>
    virtually(() =>
      new CancelScope().run(async (scope) => {
        scope.cancel();
        await using _resource = { [Symbol.asyncDispose]: () => sleep(1) };
        throw failure;
      }),
    ),
  );

  expect(thrown).toBe(failure);
});
