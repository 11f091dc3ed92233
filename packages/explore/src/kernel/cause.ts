/**
 * Names of events that hold from one run to the next.
 *
 * An event is named by what brought it about: it is the nth that some other event made. Two runs that have done the same up to
 * a point agree on the names of all that can happen there, which no global counter would give.
 *
 * @module
 */
import { mix } from "../random.ts";

const none: readonly number[] = [];

/** A node in the tree of what brings about what. */
export class Cause {
  /** Unique within one exploration. */
  readonly id: number;
  readonly parent: Cause | undefined;
  /** The how manieth of its parent it is, from 0. */
  readonly ordinal: number;
  /** Chance for what it does, which hangs on its name alone: orders that make no difference draw the same numbers. */
  readonly seed: number;
  /** See {@link Transition.needs}: of the last run in which that was found out. */
  needs: readonly number[] = none;
  readonly #tree: CauseTree;
  readonly #effects: Cause[] = [];

  constructor(tree: CauseTree, parent: Cause | undefined, ordinal: number) {
    this.#tree = tree;
    this.id = tree.nextId();
    this.parent = parent;
    this.ordinal = ordinal;
    this.seed = parent === undefined ? 1 : mix(parent.seed + Math.imul(ordinal + 1, 0x9e3779b9));
  }

  /** The nth event that this one makes. */
  effect(ordinal: number): Cause {
    return (this.#effects[ordinal] ??= new Cause(this.#tree, this, ordinal));
  }

  /** From the root, as in `0.2.1`: the same in every exploration of the program. */
  get path(): string {
    return this.parent === undefined ? "" : `${this.parent.path}${this.parent.parent ? "." : ""}${this.ordinal}`;
  }
}

/** All causes of one exploration. */
export class CauseTree {
  readonly root: Cause;
  #lastId = -1;

  constructor() {
    this.root = new Cause(this, undefined, 0);
  }

  nextId(): number {
    return ++this.#lastId;
  }
}
