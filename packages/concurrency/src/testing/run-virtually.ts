/**
 * A test's program on virtual time, whatever runs the test.
 *
 * @module
 */
import type { RunOptions } from "../run.ts";
import { VirtualProgram } from "./virtual-program.ts";
import type { VirtualRuntime, VirtualRuntimeOptions } from "./virtual-runtime.ts";

/** Options of {@link runVirtually}: those of the runtime, and those of `run`. */
export interface RunVirtuallyOptions extends VirtualRuntimeOptions, Omit<RunOptions, "runtime"> {}

/**
 * Runs a function as a root task on a virtual runtime of its own, and gives what it gives; fails when a task, wait or
 * timer outlives it, and when a promise was rejected and nobody handled it.
 *
 * The seed is the option, else that of the environment variable `HOLDFAST_SEED`, else 1.
 *
 * **Cancellation:** `options.signal` cancels the root task.
 *
 * @throws what the function throws, unchanged; {@link LeakError} for what is left, whose `cause` is what the function
 * threw, where it did.
 *
 * ```ts run
 * import { sleep } from "@holdfast/concurrency";
 * import { runVirtually } from "@holdfast/concurrency/testing";
 * await runVirtually(async (runtime) => {
 *   await sleep(3_600_000);
 *   return runtime.now();
 * }); // => 3_600_000
 * ```
 */
export async function runVirtually<T>(
  fn: (runtime: VirtualRuntime) => PromiseLike<T> | T,
  options: RunVirtuallyOptions = {},
): Promise<T> {
  const program = new VirtualProgram(options);
  let value: T;
  try {
    value = await program.run(fn, options);
  } catch (error) {
    await program.end({ cause: error });
    throw error;
  }
  await program.end();
  return value;
}
