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

class HoldWait<W> extends Waiter<Hold> {
  readonly holding: Holding<W>;
  /** False for one that is to have again what it had before. */
  readonly isAsking: boolean;

  constructor(what: string, task: Task | undefined, frame: Frame | undefined, holding: Holding<W>, isAsking: boolean) {
    super(what, task, frame);
    this.holding = holding;
    this.isAsking = isAsking;
  }
}

export class HoldQueue<W> extends WaitList<Hold> {
  readonly #asking = new Set<W>();

  /** Whether a hold was asked for in this name, and has neither been given nor given up. */
  isAsking(who: W): boolean {
    return this.#asking.has(who);
  }

  /** Waits for a hold; the caller has seen to it that its name is not here yet. */
  ask(what: string, frame: Frame | undefined, holding: Holding<W>): Promise<Hold> {
    this.#asking.add(holding.who);
    return this.enter(new HoldWait(what, frame?.task, frame, holding, true)).promise;
  }

  /** Waits for a hold that was had before, which no cancellation ends, and which does not count as asking. */
  askAgain(what: string, task: Task, holding: Holding<W>): Promise<Hold> {
    return this.enter(new HoldWait(what, task, undefined, holding, false)).promise;
  }

  override delete(wait: Waiter<Hold>): boolean {
    if (!super.delete(wait)) return false;
    const { holding, isAsking } = wait as HoldWait<W>;
    if (isAsking) this.#asking.delete(holding.who);
    return true;
  }

  override shift(): HoldWait<W> | undefined {
    return super.shift() as HoldWait<W> | undefined;
  }
}
