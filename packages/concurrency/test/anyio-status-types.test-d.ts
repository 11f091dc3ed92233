/**
 * What the types of a task's status admit and refuse; compiled with the tests, and never run.
 *
 * @module
 */
import { expectTypeOf } from "vitest";
import { type StartedTask, type TaskGroup, taskGroup, type TaskStatus } from "../src/index.ts";

// A status of no value is told without one.
declare const nothing: TaskStatus;
nothing.started();
nothing.started(undefined);
// @ts-expect-error there is no value to give
nothing.started(3);

// One of an optional value may be.
declare const optional: TaskStatus<number | void>;
optional.started();
optional.started(undefined);
optional.started(3);
// @ts-expect-error another type than the status takes
optional.started("three");

// One of a value may not.
declare const number: TaskStatus<number>;
number.started(3);
// @ts-expect-error the value is missing
number.started();
// @ts-expect-error undefined is no number
number.started(undefined);
// @ts-expect-error nor is null
number.started(null);

// It takes values and gives none: a status that takes more stands for one that takes less, and never the other way round.
declare const wide: TaskStatus<number | string>;
expectTypeOf(wide).toExtend<TaskStatus<number>>();
expectTypeOf(number).not.toExtend<TaskStatus<number | string>>();
const narrowed: TaskStatus<number> = wide;
// @ts-expect-error it would be told a string
const widened: TaskStatus<number | string> = number;
void [narrowed, widened];

// A status that ignores what it is told stands for any.
const ignored = { started(): void {} };
expectTypeOf(ignored).toExtend<TaskStatus>();
expectTypeOf(ignored).toExtend<TaskStatus<number>>();
expectTypeOf(ignored).toExtend<TaskStatus<number | string>>();

// What start gives is what the status takes.
void taskGroup(async (group: TaskGroup) => {
  expectTypeOf(await group.start(async (status) => status.started())).toEqualTypeOf<void>();
  expectTypeOf(await group.start<number>(async (status) => status.started(3))).toEqualTypeOf<number>();
  expectTypeOf(group.start(async (status: TaskStatus<number>) => status.started(3))).toEqualTypeOf<Promise<number>>();
  const handle = group.startHandle(async (status: TaskStatus<number>) => {
    status.started(3);
    return "value";
  });
  expectTypeOf(handle).toEqualTypeOf<StartedTask<string, number>>();
  expectTypeOf(handle.startValue).toEqualTypeOf<number | undefined>();
  expectTypeOf(await handle).toEqualTypeOf<string>();
});
