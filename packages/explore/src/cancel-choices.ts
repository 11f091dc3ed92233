/**
 * Cancellation as something that may happen at any time: an event that a run can do without, for each task.
 *
 * @module
 */
import { CancelScope } from "@holdfast/concurrency";
import type { Kernel } from "./kernel/kernel.ts";
import type { Transition } from "./kernel/transition.ts";

export class CancelChoices {
  readonly #kernel: Kernel;
  readonly #pending = new Set<Transition>();
  #left: number;

  /** @param most how many tasks a run may cancel. */
  constructor(kernel: Kernel, most: number) {
    this.#kernel = kernel;
    this.#left = most;
  }

  /**
   * Runs the body of a task, which may be cancelled from its start to its end. Gives undefined when it was, and its failure was
   * nothing but that.
   *
   * **Cancellation:** of the task alone goes no further than here; every other passes through.
   */
  async run<T>(task: string, body: () => PromiseLike<T> | T): Promise<T | undefined> {
    const kernel = this.#kernel;
    kernel.access(this, false);
    if (this.#left === 0) return await body();
    const scope = new CancelScope({ name: task });
    const transition = kernel.add("cancel", kernel.actor, `cancel ${task}`, () => this.#cancel(transition, scope));
    transition.isOptional = true;
    this.#pending.add(transition);
    try {
      return await scope.run(body);
    } finally {
      this.#pending.delete(transition);
      kernel.prevent(transition);
    }
  }

  #cancel(transition: Transition, scope: CancelScope): void {
    this.#pending.delete(transition);
    this.#kernel.access(this, true);
    this.#left -= 1;
    if (this.#left === 0) for (const other of this.#pending) this.#kernel.prevent(other);
    scope.cancel("the explorer cancelled it");
  }
}
