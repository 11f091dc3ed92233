/**
 * Finds out that the owner of a lock has ended, and cannot release it any more.
 *
 * @module
 */
import type { Runtime } from "../runtime.ts";
import { EndWatch } from "./end-watch.ts";
import type { Task } from "./task.ts";
import { look, touch } from "./touch.ts";
import { currentRuntime } from "./waiter.ts";

export class OwnerWatch {
  readonly #watch: EndWatch = new EndWatch((owner) => this.#lostSoon(owner.runtime));
  readonly #of: object;
  readonly #lost: () => void;
  /** Takes back that the owner is about to count as lost. */
  #forget: (() => void) | undefined = undefined;

  /** @param of the lock. */
  constructor(of: object, lost: () => void) {
    this.#of = of;
    this.#lost = lost;
  }

  /** Watches an owner, who may have ended already; does nothing while one is watched. */
  start(owner: Task): void {
    if (this.#watch.isWatching || this.#forget !== undefined) return;
    look(owner.info);
    if (owner.isDone) this.#lostSoon(currentRuntime());
    else this.#watch.start(owner);
  }

  /** The owner has released the lock. */
  stop(): void {
    this.#watch.stop();
    this.#forget?.();
    this.#forget = undefined;
  }

  /**
   * Once nothing else goes on, and not at once: code under a `Promise.all` that failed outlives its task, and is most
   * likely about to leave the block that holds the lock.
   */
  #lostSoon(runtime: Runtime): void {
    touch(this.#of, runtime);
    const timer = runtime.setTimer(runtime.now(), () => {
      touch(this.#of, runtime);
      this.#forget = undefined;
      this.#lost();
    });
    this.#forget = () => runtime.clearTimer(timer);
  }
}
