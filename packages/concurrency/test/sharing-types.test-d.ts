/**
 * What the types of locks, conditions, semaphores, limiters and guards admit and refuse; compiled with the tests, and
 * never run.
 *
 * @module
 */
import { expectTypeOf } from "vitest";
import { CapacityLimiter, Condition, type Hold, Lock, ResourceGuard, Semaphore, type TaskInfo } from "../src/index.ts";

const lock = new Lock({ name: "files" });
const condition = new Condition(lock);
const semaphore = new Semaphore(1);
const limiter = new CapacityLimiter(Infinity);
const guard = new ResourceGuard();

// Whatever is acquired is held with `using`.
expectTypeOf<Hold>().toExtend<Disposable>();
for (const shared of [lock, condition, semaphore, limiter]) {
  expectTypeOf(shared.acquire()).toEqualTypeOf<Promise<Hold>>();
  expectTypeOf(shared.acquireNoWait()).toEqualTypeOf<Hold>();
}
expectTypeOf(guard.enter()).toEqualTypeOf<Hold>();
// @ts-expect-error the await is missing: a promise is no hold
using _wrong = lock.acquire();

// The callback forms give what the function gives.
expectTypeOf(lock.withLock(() => 1)).toEqualTypeOf<Promise<number>>();
expectTypeOf(condition.withLock(async () => "text")).toEqualTypeOf<Promise<string>>();

// What is waited for is not nothing.
expectTypeOf(condition.waitFor(() => ["item"].shift())).toEqualTypeOf<Promise<string>>();
declare const isOpen: boolean;
expectTypeOf(condition.waitFor(() => isOpen)).toEqualTypeOf<Promise<true>>();

// An owner is absent while the lock is free, and statistics cannot be written to.
expectTypeOf(lock.statistics().owner).toEqualTypeOf<TaskInfo | undefined>();
// @ts-expect-error statistics are a snapshot
lock.statistics().tasksWaiting = 0;
// @ts-expect-error a semaphore is changed by acquiring and releasing
semaphore.value = 2;
limiter.totalTokens = 2;
