/**
 * What the public types admit and refuse; compiled with the tests, and never run.
 *
 * @module
 */
import { expectTypeOf } from "vitest";
import {
  CancelScope,
  type CancelledError,
  cancellable,
  type ConcurrencyErrorCode,
  Event,
  failAfter,
  gather,
  isCancelled,
  type Lease,
  moveOnAfter,
  Owner,
  type OwnerContext,
  type Published,
  run,
  type Runtime,
  shielded,
  sleep,
  systemRuntime,
  taskGroup,
  type TaskHandle,
  type TaskInfo,
  withSignal,
} from "../src/index.ts";
import { VirtualRuntime } from "../src/testing/index.ts";

// What a callback form gives is what its function gives, undefined added where a scope may stop it.
expectTypeOf(run(() => 1)).toEqualTypeOf<Promise<number>>();
expectTypeOf(run(async () => "text")).toEqualTypeOf<Promise<string>>();
expectTypeOf(failAfter(1, async () => 1)).toEqualTypeOf<Promise<number>>();
expectTypeOf(failAfter(null, () => 1)).toEqualTypeOf<Promise<number>>();
expectTypeOf(moveOnAfter(1, async () => 1)).toEqualTypeOf<Promise<number | undefined>>();
expectTypeOf(shielded(async () => 1)).toEqualTypeOf<Promise<number>>();
expectTypeOf(new CancelScope().run(async () => 1)).toEqualTypeOf<Promise<number | undefined>>();
expectTypeOf(withSignal((signal) => signal.aborted)).toEqualTypeOf<Promise<boolean>>();
expectTypeOf(cancellable(Promise.resolve(1))).toEqualTypeOf<Promise<number>>();

// gather keeps the type of each place.
expectTypeOf(gather([async () => 1, () => "text"])).toEqualTypeOf<Promise<[number, string]>>();
expectTypeOf(gather([1, 2].map((value) => async () => value))).toEqualTypeOf<Promise<number[]>>();

// A handle is awaitable and has the type of its function's value.
void taskGroup(async (group) => {
  const handle = group.startSoon(async () => 1);
  expectTypeOf(handle).toEqualTypeOf<TaskHandle<number>>();
  expectTypeOf(await handle).toEqualTypeOf<number>();
  expectTypeOf(handle.status).toEqualTypeOf<"pending" | "cancelling" | "finished" | "failed" | "cancelled">();
  expectTypeOf(handle.task).toEqualTypeOf<TaskInfo>();
  // @ts-expect-error a task is a function, not a promise that runs already
  group.startSoon(sleep(1));
});

// An owner function must return what publish() gave.
const owner = new Owner(async (own) => await own.publish({ port: 1 }));
expectTypeOf(owner).toEqualTypeOf<Owner<{ port: number }>>();
expectTypeOf(owner.lease()).toEqualTypeOf<Promise<Lease<{ port: number }>>>();
expectTypeOf(owner.withLease(({ port }) => port)).toEqualTypeOf<Promise<number>>();
expectTypeOf<OwnerContext["publish"]>().returns.toExtend<Promise<Published<unknown>>>();
// @ts-expect-error the function ends without having published
void new Owner<string>(async () => {});
// @ts-expect-error the function publishes another type than the owner lends
void new Owner<string>(async (own) => await own.publish(1));

// Owners close asynchronously, leases synchronously.
expectTypeOf(owner).toExtend<AsyncDisposable>();
expectTypeOf<Lease<string>>().toExtend<Disposable>();
// @ts-expect-error closing takes time, so `using` cannot
using _wrong = owner;

// @ts-expect-error a flag is set with set(), not by assignment
new Event().isSet = true;
// @ts-expect-error a timeout is a number or null
void failAfter("1 s", () => 1);
// @ts-expect-error an absent option is absent, not undefined
void run(() => 1, { name: undefined });

// Both runtimes fit the seam.
expectTypeOf(systemRuntime).toExtend<Runtime>();
expectTypeOf<VirtualRuntime>().toExtend<Runtime>();

// Errors narrow by their code and by isCancelled.
declare const error: unknown;
if (isCancelled(error)) expectTypeOf(error).toEqualTypeOf<CancelledError>();
expectTypeOf<CancelledError["code"]>().toEqualTypeOf<"TASK_CANCELLED">();
expectTypeOf<CancelledError["code"]>().toExtend<ConcurrencyErrorCode>();
