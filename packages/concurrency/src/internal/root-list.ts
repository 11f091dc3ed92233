/**
 * The root tasks that have not ended. A list through the frames themselves, which have no other siblings: in a Set, the one task
 * that most programs have would make the engine give up and make its table with every run.
 *
 * @module
 */
import type { Frame } from "./frame.ts";

export class RootList {
  #first: Frame | undefined = undefined;

  add(root: Frame): void {
    const next = this.#first;
    root.nextSibling = next;
    if (next !== undefined) next.previousSibling = root;
    this.#first = root;
  }

  /** Does nothing for one that is not there. */
  delete(root: Frame): void {
    const { nextSibling, previousSibling } = root;
    if (previousSibling !== undefined) previousSibling.nextSibling = nextSibling;
    else if (this.#first === root) this.#first = nextSibling;
    else return;
    if (nextSibling !== undefined) nextSibling.previousSibling = previousSibling;
    root.nextSibling = undefined;
    root.previousSibling = undefined;
  }

  /** The one that was added last comes first. Whoever is given one may delete it. */
  *[Symbol.iterator](): Generator<Frame> {
    for (let root = this.#first, next; root !== undefined; root = next) {
      next = root.nextSibling;
      yield root;
    }
  }
}
