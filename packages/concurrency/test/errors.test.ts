import { expect, test } from "vitest";
import * as errors from "../src/errors.ts";
import {
  CancelScope,
  type ConcurrencyErrorCode,
  currentTask,
  ExceptionGroup,
  failAfter,
  HoldfastError,
  isCancelled,
  Owner,
  run,
  sleep,
  taskGroup,
  type TaskInfo,
} from "../src/index.ts";
import * as resourceErrors from "../src/resource-errors.ts";
import * as scopeErrors from "../src/scope-errors.ts";
import { VirtualRuntime } from "../src/testing/index.ts";
import { thrownBy, virtually } from "./virtually.ts";

const task: TaskInfo = { id: 1, name: "task", hasPendingCancellation: () => false };

/** One error of each code. */
const samples: Record<ConcurrencyErrorCode, Error> = {
  END_OF_STREAM: new resourceErrors.EndOfStreamError("receiving"),
  EXCEPTION_GROUP: new ExceptionGroup([new Error("failure")]),
  INTERNAL: new errors.InternalError("a broken invariant"),
  NODE_UNSUPPORTED: new errors.UnsupportedNodeError(),
  NO_TASK: new errors.NoTaskError("currentTask()"),
  OWNER_CONTRACT: new errors.OwnerContractError("a broken contract"),
  RESOURCE_ALREADY_HELD: new resourceErrors.AlreadyHeldError("acquiring"),
  RESOURCE_BROKEN: new resourceErrors.BrokenResourceError("sending"),
  RESOURCE_BUSY: new resourceErrors.BusyResourceError("reading from"),
  RESOURCE_CLOSED: new resourceErrors.ClosedResourceError("leasing"),
  RESOURCE_NOT_HELD: new resourceErrors.NotHeldError("releasing"),
  RESOURCE_WOULD_BLOCK: new resourceErrors.WouldBlockError("acquiring"),
  RUNTIME_DEADLOCK: new errors.DeadlockError([]),
  RUNTIME_LEAK: new errors.LeakError(["a timer for 5"]),
  RUNTIME_MISMATCH: new errors.RuntimeMismatchError("leasing"),
  SCOPE_NOT_ACTIVE: new scopeErrors.ScopeNotActiveError(),
  SCOPE_NOT_CURRENT: new scopeErrors.ScopeNotCurrentError(new CancelScope(), new CancelScope()),
  SCOPE_NOT_ENTERED: new scopeErrors.ScopeNotEnteredError("probe"),
  SCOPE_TIMEOUT: new scopeErrors.TimeoutError(1),
  SCOPE_USED: new scopeErrors.ScopeUsedError("probe"),
  SCOPE_WRONG_TASK: new scopeErrors.ScopeWrongTaskError(task, undefined),
  TASK_CANCELLED: new errors.CancelledError("explicit"),
  TASK_FAILED: new errors.TaskFailedError(task, new Error("failure")),
  TASK_FINISHED: new errors.TaskFinishedError("sleep(1)", task),
  TASK_GROUP_CLOSED: new errors.TaskGroupClosedError("fetchers"),
  TASK_NOT_FINISHED: new errors.TaskNotFinishedError(task),
  TASK_NOT_STARTED: new errors.TaskNotStartedError(task),
  TASK_STARTED: new errors.TaskStartedError(),
  TASK_WAS_CANCELLED: new errors.TaskWasCancelledError(task, undefined),
  VARIABLE_UNSET: new errors.VariableUnsetError("a variable"),
};

test.each(Object.entries(samples))("%s is the code of its error, whose name is on the prototype", (code, error) => {
  expect(error).toMatchObject({ code });
  expect(Object.hasOwn(error, "name")).toBe(false);
  expect(error.name).toBe(error.constructor.name);
  expect(error instanceof HoldfastError || error instanceof AggregateError).toBe(true);
});

test("every error class of the package has a sample above", () => {
  const classes = [...Object.values(errors), ...Object.values(resourceErrors), ...Object.values(scopeErrors)].filter(
    (it) => it.prototype instanceof HoldfastError,
  );

  const sampled = new Set(Object.values(samples).map((error) => error.constructor));

  expect(classes.filter((it) => !sampled.has(it))).toEqual([]);
});

test("a message says what was attempted, what was found and what to do instead, in lower case without a full stop", async () => {
  const silent = new Owner(() => Promise.resolve() as never, { name: "pool" });
  const closed = new Owner((own) => own.publish("value"), { name: "pool" });
  await closed.close();

  const outside = await thrownBy(() => currentTask());
  const inside = await virtually(
    async () => [
      await thrownBy(() => taskGroup(() => Promise.reject(new Error("failure")))),
      await thrownBy(() => failAfter(5, () => sleep(10))),
      await thrownBy(() => new CancelScope({ name: "probe" }).run((scope) => scope.run(() => "again"))),
      await thrownBy(() => silent.lease()),
      await thrownBy(() => closed.lease()),
      await new CancelScope({ name: "probe" }).run((scope) => {
        scope.cancel("no more");
        return thrownBy(() => sleep(1));
      }),
    ],
    { name: "main" },
  );

  expect([outside, ...inside].map((error) => (error as Error).message)).toEqual([
    "currentTask() needs a task, and this code runs outside every task; wrap the request in run()",
    "unhandled errors in a task group (1): failure",
    "the body of failAfter(5) did not finish within 5 ms",
    'entering cancel scope "probe" a second time; each scope may be used once',
    "the function of pool returned without publishing; return await own.publish(value)",
    "leasing from pool, which is closed; make a new owner",
    'cancelled in scope "probe" by task "main": no more',
  ]);
});

test("the facts of an error are typed fields, and nothing else is its own", () => {
  const keys = Object.fromEntries(Object.entries(samples).map(([code, error]) => [code, Object.keys(error).join(" ")]));

  expect(keys).toEqual({
    END_OF_STREAM: "code",
    EXCEPTION_GROUP: "code",
    INTERNAL: "code hint",
    NODE_UNSUPPORTED: "code hint",
    NO_TASK: "code hint",
    OWNER_CONTRACT: "code",
    RESOURCE_ALREADY_HELD: "code hint",
    RESOURCE_BROKEN: "code",
    RESOURCE_BUSY: "code hint",
    RESOURCE_CLOSED: "code",
    RESOURCE_NOT_HELD: "code hint",
    RESOURCE_WOULD_BLOCK: "code hint",
    RUNTIME_DEADLOCK: "code hint waits",
    RUNTIME_LEAK: "code hint leaks",
    RUNTIME_MISMATCH: "code hint",
    SCOPE_NOT_ACTIVE: "code hint",
    SCOPE_NOT_CURRENT: "code hint scope current",
    SCOPE_NOT_ENTERED: "code hint",
    SCOPE_TIMEOUT: "code timeout",
    SCOPE_USED: "code hint",
    SCOPE_WRONG_TASK: "code hint host",
    TASK_CANCELLED: "code source reason scopeName by",
    TASK_FAILED: "code task",
    TASK_FINISHED: "code hint task",
    TASK_GROUP_CLOSED: "code hint",
    TASK_NOT_FINISHED: "code hint task",
    TASK_NOT_STARTED: "code hint task",
    TASK_STARTED: "code hint",
    TASK_WAS_CANCELLED: "code task",
    VARIABLE_UNSET: "code hint",
  });
});

test("a deadlock names what every task waits for", async () => {
  const thrown = await thrownBy(() =>
    run(() => new Promise(() => {}), { runtime: new VirtualRuntime(), name: "stuck" }),
  );

  expect((thrown as Error).message).toBe(
    "every task waits and nothing can wake one: no task waits through the library",
  );
});

test("isCancelled recognises a cancellation by its code, whichever copy of the package made it", () => {
  const foreign = Object.assign(new Error("cancelled"), { code: "TASK_CANCELLED" });

  expect(isCancelled(foreign)).toBe(true);
  expect(isCancelled(new errors.CancelledError("explicit"))).toBe(true);
  expect(isCancelled({ code: "TASK_CANCELLED" })).toBe(false);
  expect(isCancelled(undefined)).toBe(false);
});

test("a cancellation says where, by whom and why, as far as it is known", () => {
  const messages = [
    new errors.CancelledError("explicit"),
    new errors.CancelledError("explicit", "no more", "probe", "main"),
    new errors.CancelledError("explicit", new Error("broken"), undefined, "main"),
    new errors.CancelledError("explicit", { status: 499 }, "probe"),
    new errors.CancelledError("deadline", undefined, "probe"),
  ].map(({ message }) => message);

  expect(messages).toEqual([
    "cancelled",
    'cancelled in scope "probe" by task "main": no more',
    'cancelled by task "main": broken',
    'cancelled in scope "probe": {"status":499}',
    'cancelled in scope "probe": deadline exceeded',
  ]);
});
