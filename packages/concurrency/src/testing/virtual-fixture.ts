/**
 * The test kit as a fixture of vitest, in the shape that `test.extend` takes. Nothing of vitest is imported.
 *
 * @module
 */
import type { RunOptions } from "../run.ts";
import { VirtualProgram } from "./virtual-program.ts";
import type { VirtualRuntime, VirtualRuntimeOptions } from "./virtual-runtime.ts";

/** What a test gets. */
export interface Virtual {
  readonly runtime: VirtualRuntime;
  /** What the runtime was seeded with. */
  readonly seed: number;
  /** Runs a function as a root task on the runtime. A test may call it more than once. */
  run<T>(fn: (runtime: VirtualRuntime) => PromiseLike<T> | T, options?: Omit<RunOptions, "runtime">): Promise<T>;
}

/** Options of {@link virtualFixture}. */
export interface VirtualFixtureOptions extends VirtualRuntimeOptions {
  /** Told, when a test fails, how to repeat it. Prints on the console when absent. */
  readonly report?: (line: string) => void;
}

/** What the fixture takes from vitest's context of a test. */
export interface VirtualFixtureContext {
  readonly onTestFailed: (fn: () => void) => void;
}

/** A fixture function of vitest. */
export type VirtualFixture = (
  context: VirtualFixtureContext,
  use: (virtual: Virtual) => Promise<void>,
) => Promise<void>;

/**
 * A fixture that gives each test a virtual runtime of its own, and fails the test when something is left on it at the
 * end: a task, wait or timer, or a rejection that nobody handled. When a test fails it prints the seed; the environment
 * variable `HOLDFAST_SEED` repeats it.
 */
export function virtualFixture(options: VirtualFixtureOptions = {}): VirtualFixture {
  const { report = print, ...runtimeOptions } = options;
  // The pattern in the parameter list is how vitest learns what the fixture needs.
  return async ({ onTestFailed }, use) => {
    const program = new VirtualProgram(runtimeOptions);
    onTestFailed(() =>
      report(`holdfast: the seed was ${program.seed}; HOLDFAST_SEED=${program.seed} repeats this run`),
    );
    await use(program);
    await program.end();
  };
}

/**
 * The fixtures of this kit, for `test.extend`.
 *
 * ```ts
 * import { test as base } from "vitest";
 * const test = base.extend(holdfastFixtures);
 * test("an hour passes", async ({ virtual }) => {
 *   await virtual.run(() => sleep(3_600_000));
 * });
 * ```
 */
export const holdfastFixtures: { readonly virtual: VirtualFixture } = { virtual: virtualFixture() };

function print(line: string): void {
  // oxlint-disable-next-line no-console -- the one thing that this package tells a person
  console.error(line);
}
