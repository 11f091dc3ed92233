/**
 * A frame: one scope in the tree of cancellation, and the value that the async context carries. Code "runs in" the
 * frame that the store holds, so that siblings under `Promise.all`, un-awaited calls and generators cannot disturb
 * each other's scope: each has a frame of its own, and the links from frame to parent never move.
 *
 * Cancelling a frame pushes a cached flag down its subtree once, stopping at shields; nothing ever polls.
 *
 * @module
 */
import type { Timer } from "../runtime.ts";
import type { Task } from "./task.ts";
import { Cancellation } from "./cancellation.ts";
import type { Waiter } from "./waiter.ts";

export class Frame {
  /** The task whose code runs in this frame. Set once; a task is its own base frame. */
  task: Task;
  readonly name: string | undefined;
  /** The enclosing frame of the cancellation tree; undefined for a root task. */
  readonly parent: Frame | undefined;
  /**
   * The innermost scope that `enter()` opened in this frame, or the frame itself. Waits, child frames and the order
   * check of `exit()` go by it. It is the one mutable link, and only the explicit pair moves it.
   */
  top: Frame = this;
  /** The request made to this very frame. */
  cancellation: Cancellation | undefined;
  /** The request that is in force here, own or inherited: the cached flag of every checkpoint. */
  effective: Cancellation | undefined;
  closed: boolean = false;
  deadline: number = Infinity;
  #shield: boolean;
  #timer: Timer | undefined;
  #firstChild: Frame | undefined;
  #nextSibling: Frame | undefined;
  #previousSibling: Frame | undefined;
  #firstWait: Waiter<unknown> | undefined;

  constructor(task: Task | undefined, parent: Frame | undefined, name: string | undefined, shield: boolean) {
    // A task passes undefined and puts itself here, before anybody can see the frame.
    this.task = task as Task;
    this.name = name;
    this.parent = parent;
    this.#shield = shield;
    if (parent !== undefined) {
      const first = parent.#firstChild;
      this.#nextSibling = first;
      if (first !== undefined) first.#previousSibling = this;
      parent.#firstChild = this;
      if (!shield) this.effective = parent.effective;
    }
  }

  get shield(): boolean {
    return this.#shield;
  }

  set shield(value: boolean) {
    if (this.#shield === value) return;
    this.#shield = value;
    if (!this.closed) recompute(this);
  }

  /** Whether the enclosing frame's cancellation can be seen from here. */
  get isParentCancelled(): boolean {
    return !this.#shield && this.parent?.effective !== undefined;
  }

  /** Whether frames opened in here are still open. */
  get hasChildren(): boolean {
    return this.#firstChild !== undefined;
  }

  /** Requests cancellation; the first request wins. Everything that it reaches is flagged before anything wakes. */
  cancel(cancellation: Cancellation): void {
    if (this.cancellation !== undefined || this.closed) return;
    this.cancellation = cancellation;
    this.task.notify?.scopeCancelled(this, cancellation);
    if (this.effective === undefined) push(this, cancellation);
  }

  /** Sets or moves the deadline: absolute, on the clock of the task's runtime. */
  setDeadline(deadline: number): void {
    const { runtime } = this.task;
    this.deadline = deadline;
    if (this.#timer !== undefined) runtime.clearTimer(this.#timer);
    this.#timer = undefined;
    if (deadline === Infinity || this.closed || this.cancellation !== undefined) return;
    if (deadline <= runtime.now()) this.#expire();
    else this.#timer = runtime.setTimer(deadline, () => this.#expire());
  }

  /**
   * Takes the frame out of the tree. Work that is still open inside, because nobody awaited it, is cancelled: a
   * frame must not be outlived by what runs in it.
   */
  close(): void {
    if (this.closed) return;
    if (this.#timer !== undefined) this.task.runtime.clearTimer(this.#timer);
    this.#timer = undefined;
    if (this.#firstChild !== undefined || this.#firstWait !== undefined || this.top !== this) this.#abandon();
    this.closed = true;
    this.effective ??= left;
    const { parent } = this;
    if (parent === undefined) return;
    if (this.#previousSibling !== undefined) this.#previousSibling.#nextSibling = this.#nextSibling;
    else parent.#firstChild = this.#nextSibling;
    if (this.#nextSibling !== undefined) this.#nextSibling.#previousSibling = this.#previousSibling;
  }

  link(wait: Waiter<unknown>): void {
    const first = this.#firstWait;
    wait.next = first;
    if (first !== undefined) first.previous = wait;
    this.#firstWait = wait;
  }

  unlink(wait: Waiter<unknown>): void {
    if (wait.previous !== undefined) wait.previous.next = wait.next;
    else if (this.#firstWait === wait) this.#firstWait = wait.next;
    if (wait.next !== undefined) wait.next.previous = wait.previous;
    wait.next = undefined;
    wait.previous = undefined;
  }

  #expire(): void {
    this.#timer = undefined;
    this.cancel(new Cancellation("deadline", undefined, this.name));
  }

  #abandon(): void {
    this.task.notify?.scopeAbandoned(this, this.top !== this);
    push(this, new Cancellation("left", "the scope around it has been left", this.name));
    while (this.top !== this) {
      const inner = this.top;
      this.top = inner.parent as Frame;
      inner.close();
    }
  }

  /** Flags a subtree and ends its waits; the flags first, because ending a wait may run code that looks at them. */
  static push(root: Frame, cancellation: Cancellation): void {
    const reached: Waiter<unknown>[] = [];
    const stack: Frame[] = [root];
    for (let frame = stack.pop(); frame !== undefined; frame = stack.pop()) {
      frame.effective ??= cancellation;
      for (let wait = frame.#firstWait; wait !== undefined; wait = wait.next) reached.push(wait);
      for (let child = frame.#firstChild; child !== undefined; child = child.#nextSibling) {
        if (child.effective === undefined && !child.#shield) stack.push(child);
      }
    }
    // Lists grow at their head, so the longest waiting come last.
    for (let index = reached.length - 1; index >= 0; index--) reached[index]?.cancel();
  }

  /** Works out the flag of a subtree anew, after a shield was raised or lowered. */
  static recompute(root: Frame): void {
    const reached: Waiter<unknown>[] = [];
    const stack: Frame[] = [root];
    for (let frame = stack.pop(); frame !== undefined; frame = stack.pop()) {
      const before = frame.effective;
      frame.effective = frame.cancellation ?? (frame.#shield ? undefined : frame.parent?.effective);
      if (before === undefined && frame.effective !== undefined) {
        for (let wait = frame.#firstWait; wait !== undefined; wait = wait.next) reached.push(wait);
      }
      for (let child = frame.#firstChild; child !== undefined; child = child.#nextSibling) stack.push(child);
    }
    for (let index = reached.length - 1; index >= 0; index--) reached[index]?.cancel();
  }
}

const { push, recompute } = Frame;

/** In force in every frame that has been left, for code that still runs in it. */
const left = new Cancellation("left", "this code outlived the scope that it runs in");
