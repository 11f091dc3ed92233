/**
 * Several functions at once, each as a task of its own, and their values in order.
 *
 * @module
 */
import { guardedCall } from "./internal/guarded.ts";
import { taskGroup } from "./task-group.ts";
import type { TaskHandle } from "./task-handle.ts";

/** The values of the functions given to {@link gather}. */
export type Gathered<F extends readonly (() => unknown)[]> = {
  -readonly [K in keyof F]: F[K] extends () => infer R ? Awaited<R> : never;
};

/**
 * Runs functions side by side, each in a task of its own, and gives their values in the order of the functions: what
 * `Promise.all` would be with tasks. When one fails the others are cancelled and joined before it throws.
 *
 * **Cancellation:** reaches every function; `gather` ends when all of them have.
 *
 * @throws {@link ExceptionGroup} with every failure, also when there is just one.
 *
 * ```ts run
 * import { gather, sleep } from "@holdfast/concurrency";
 * await gather([() => sleep(2).then(() => "slow"), async () => "quick"]); // => ["slow", "quick"]
 * ```
 */
export function gather<const F extends readonly (() => unknown)[]>(functions: F): Promise<Gathered<F>> {
  return guardedCall(() => gatherAll(functions));
}

async function gatherAll<F extends readonly (() => unknown)[]>(functions: F): Promise<Gathered<F>> {
  const handles: TaskHandle<unknown>[] = [];
  await taskGroup((group) => {
    for (const fn of functions) handles.push(group.startSoon(fn));
  });
  return handles.map((handle) => handle.result()) as Gathered<F>;
}
