import { expect, test } from "vitest";
import { covers } from "../../../spec/covers.ts";
import {
  CancelScope,
  checkpoint,
  currentEffectiveDeadline,
  currentTime,
  failAfter,
  moveOnAfter,
  sleep,
} from "../src/index.ts";
import { thrownBy, virtually } from "./virtually.ts";

test(covers("DL-9"), async () => {
  const relative = new CancelScope({ timeout: 10, name: "relative" });
  const absolute = new CancelScope({ deadline: 500 });
  const before = [relative.isRelative, absolute.isRelative, new CancelScope().isRelative];

  const read = await thrownBy(() => relative.deadline);
  const set = await thrownBy(() => (relative.deadline = 5));
  const inside = await virtually(async () => {
    await sleep(100);
    return await relative.run(() => [relative.deadline, relative.isRelative]);
  });

  for (const error of [read, set]) expect(error).toMatchObject({ code: "SCOPE_NOT_ENTERED", hint: expect.any(String) });
  expect((read as Error).message).toBe(
    'asking for the deadline of cancel scope "relative", whose timeout counts from its entry, which has not been; ask for its timeout',
  );
  expect(before).toEqual([true, false, false]);
  expect(absolute.deadline).toBe(500);
  expect(inside).toEqual([110, undefined]);
});

test(covers("DL-10"), async () => {
  const scope = new CancelScope({ timeout: 1_000, name: "probe" });
  scope.timeout = 10;

  const [entered, thrown, left] = await virtually(async () => {
    let deadline = 0;
    let error: unknown;
    await scope.run(async () => {
      deadline = scope.deadline;
      error = await thrownBy(() => (scope.timeout = 5));
      scope.deadline = 30;
      await sleep(100);
    });
    return [deadline, error, currentTime()] as const;
  });

  expect(entered).toBe(10);
  expect(thrown).toMatchObject({ code: "SCOPE_USED" });
  expect((thrown as Error).message).toBe(
    'setting the timeout of cancel scope "probe", which has been entered; move its deadline',
  );
  expect(left).toBe(30);
  expect(scope.timeout).toBe(10);
});

test(covers("DL-11"), async () => {
  const scope = new CancelScope({ timeout: 10 });

  for (const timeout of [-1, Number.NaN, "10" as never]) {
    expect(() => new CancelScope({ timeout })).toThrow(RangeError);
    expect(() => (scope.timeout = timeout)).toThrow(RangeError);
    expect(await thrownBy(() => failAfter(timeout, () => "value"))).toBeInstanceOf(RangeError);
    expect(await thrownBy(() => moveOnAfter(timeout, () => "value"))).toBeInstanceOf(RangeError);
  }
  for (const deadline of [Number.NaN, "10" as never]) {
    expect(() => new CancelScope({ deadline })).toThrow(RangeError);
    expect(() => (new CancelScope().deadline = deadline)).toThrow(RangeError);
  }

  expect(scope.timeout).toBe(10);
});

test("a scope without limits has an infinite timeout and deadline, and null is no limit", () => {
  const scopes = [new CancelScope(), new CancelScope({ timeout: null }), new CancelScope({ timeout: Infinity })];

  for (const scope of scopes) expect(scope).toMatchObject({ timeout: Infinity, deadline: Infinity });
});

test(covers("DL-13"), async () => {
  const log: unknown[] = [];
  const scope = new CancelScope({ deadline: 1_000 });

  const timers = await virtually((runtime) =>
    scope.run(async () => {
      scope.deadline = runtime.now() - 5;
      log.push(scope.cancelSource);
      scope.deadline = 500;
      log.push(scope.deadline, await thrownBy(() => checkpoint()));
      return runtime.statistics().timers;
    }),
  );

  expect(log).toMatchObject(["deadline", 500, { source: "deadline" }]);
  expect(timers).toBe(0);
});

test(covers("DL-14"), async () => {
  const scopes: CancelScope[] = [];
  const keep = (scope: CancelScope): void => void scopes.push(scope);

  await virtually(async () => {
    await moveOnAfter(0, keep);
    await failAfter(0, keep);
    await new CancelScope({ deadline: currentTime() }).run(keep);
  });

  for (const scope of scopes) expect(scope).toMatchObject({ cancelCalled: true, cancelledCaught: false });
  expect(scopes).toHaveLength(3);
});

test(covers("DL-15"), async () => {
  const log: string[] = [];

  const outer = await thrownBy(() =>
    virtually(() =>
      failAfter(50, async () => {
        await failAfter(500, () => moveOnAfter(5, () => sleep(100)));
        log.push("a deadline inside was no failure");
        const inner = await thrownBy(() => failAfter(500, () => sleep(100)));
        log.push((inner as { code: string }).code);
        throw inner;
      }),
    ),
  );

  expect(log).toEqual(["a deadline inside was no failure", "TASK_CANCELLED"]);
  expect(outer).toMatchObject({ code: "SCOPE_TIMEOUT", timeout: 50 });
});

test(covers("DL-16"), async () => {
  const inside = await virtually(() => new CancelScope().run(() => currentEffectiveDeadline()));

  expect(inside).toBe(Infinity);
  expect(currentEffectiveDeadline()).toBe(Infinity);
});
