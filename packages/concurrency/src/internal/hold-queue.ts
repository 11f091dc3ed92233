/**
 * Those who wait to hold something, first come first, each with the hold that it will be given and by whom it was
 * asked for.
 *
 * @module
 */
import type { Hold } from "../hold.ts";
import type { Frame } from "./frame.ts";
import type { Holding } from "./holding.ts";
import type { Task } from "./task.ts";
import { WaitList } from "./wait-list.ts";
import { Waiter } from "./waiter.ts";

export class HoldWait<W> extends Waiter<Hold> {
  readonly holding: Holding<W>;

  constructor(what: string, task: Task | undefined, frame: Frame | undefined, holding: Holding<W>) {
    super(what, task, frame);
    this.holding = holding;
  }
}

export class HoldQueue<W> {
  readonly #waits = new WaitList<Hold>();
  readonly #asking = new Map<W, HoldWait<W>>();

  get size(): number {
    return this.#waits.size;
  }

  /** Whether a hold was asked for in this name, and has neither been given nor given up. */
  has(who: W): boolean {
    return this.#asking.has(who);
  }

  /** Waits for a hold; the caller has seen to it that its name is not here yet. */
  add(what: string, frame: Frame | undefined, holding: Holding<W>): Promise<Hold> {
    const wait = new HoldWait(what, frame?.task, frame, holding);
    this.#waits.add(wait);
    this.#asking.set(holding.who, wait);
    wait.onCancel = () => this.#forget(wait);
    return wait.promise;
  }

  /** Waits for a hold that was had before, which no cancellation ends, and which does not count as asking. */
  addShielded(what: string, task: Task, holding: Holding<W>): Promise<Hold> {
    const wait = new HoldWait(what, task, undefined, holding);
    this.#waits.add(wait);
    return wait.promise;
  }

  /** Takes out who has waited longest; the wait has not ended. */
  shift(): HoldWait<W> | undefined {
    const wait = this.#waits.shift() as HoldWait<W> | undefined;
    if (wait !== undefined) this.#forget(wait);
    return wait;
  }

  #forget(wait: HoldWait<W>): void {
    const { who } = wait.holding;
    if (this.#asking.get(who) === wait) this.#asking.delete(who);
  }
}
