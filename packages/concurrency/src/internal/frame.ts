/**
 * A frame: one scope in the tree of cancellation, and the value that the async context carries. Code "runs in" the
 * frame that the store holds, so that siblings under `Promise.all`, un-awaited calls and generators cannot disturb
 * each other's scope: each has a frame of its own, and the link from a frame to its parent never moves.
 *
 * Cancelling a frame pushes a cached flag down its subtree once, stopping at shields; nothing ever polls.
 *
 * The fields are not `#private`: frames that two installed copies of the package made are linked to each other, and a
 * private name belongs to one copy.
 *
 * @module
 */
import { isCancellation } from "../errors.ts";
import type { CancelScope } from "../cancel-scope.ts";
import type { Timer } from "../runtime.ts";
import { Cancellation } from "./cancellation.ts";
import { LoneStore } from "./context-map.ts";
import type { Locals } from "../task-local.ts";
import type { Task } from "./task.ts";
import type { Waiter } from "./waiter.ts";

/** In force in every frame that has been left, for code that still runs in it. */
const left = new Cancellation("left", "this code outlived the scope that it runs in");

/** The store of the async context, and where no other store is in use the whole context. */
export class Frame extends LoneStore {
  /** The task whose code runs in this frame; a task is its own base frame. */
  readonly task: Task;
  readonly name: string | undefined;
  /** The scope that this frame stands for; undefined for the base frame of a task. */
  scope: CancelScope | undefined = undefined;
  /** The enclosing frame of the cancellation tree; undefined for a root task. */
  parent: Frame | undefined;
  /**
   * The innermost scope that `enter()` opened in this frame, or the frame itself. Waits, child frames and the order
   * check of `exit()` go by it. Only the explicit pair moves it.
   */
  top: Frame = this;
  /** The request made to this very frame. */
  cancellation: Cancellation | undefined = undefined;
  /** The request that is in force here, own or inherited: the cached flag of every checkpoint. */
  effective: Cancellation | undefined = undefined;
  closed: boolean = false;
  /** Whether cancellation from outside is kept out; changed with {@link Frame.setShield}. */
  shield: boolean;
  /** Absolute, on the clock of the task's runtime. Absent for none, as a field that may be Infinity costs every frame a box. */
  deadline: number | undefined = undefined;
  firstWait: Waiter<unknown> | undefined = undefined;
  lastWait: Waiter<unknown> | undefined = undefined;
  firstChild: Frame | undefined = undefined;
  nextSibling: Frame | undefined = undefined;
  previousSibling: Frame | undefined = undefined;
  timer: Timer | undefined = undefined;
  /** Told once, when it is closed. */
  onClose: ((frame: Frame) => void) | undefined = undefined;
  /** The task-local variables in force here. */
  locals: Locals | undefined = undefined;

  constructor(task: Task | undefined, parent: Frame | undefined, name: string | undefined, shield: boolean) {
    super();
    this.task = task ?? (this as Frame as Task);
    this.parent = parent;
    this.name = name;
    this.shield = shield;
    if (parent === undefined) return;
    this.locals = parent.locals;
    parent.look();
    this.attach();
    if (!shield) this.effective = parent.effective;
  }

  /** Whether the frame is in its parent's list: while it is open, and after that while frames inside it are. */
  get isAttached(): boolean {
    return this.previousSibling !== undefined || this.parent?.firstChild === this;
  }

  /** Tells the runtime of the task of an access to this frame, and of a look at the cancellation that is in force in it. */
  tell(mode: "read" | "write"): void {
    const { task } = this;
    const { runtime } = task;
    if (runtime.access === undefined) return;
    const { info } = task;
    if (!this.isTask) runtime.access(this.scope ?? this, mode);
    runtime.access(info, this.isTask ? mode : "read");
  }

  /** Tells the runtime of the task of a look at the cancellation that is in force in this frame, and at nothing else of it. */
  look(): void {
    const { task } = this;
    task.runtime.access?.(task.info, "read");
  }

  /** The tasks at and below it that have not ended. */
  tasks(): Task[] {
    const found: Task[] = [];
    const stack: Frame[] = [this];
    for (let frame = stack.pop(); frame !== undefined; frame = stack.pop()) {
      if (frame.isTask && !frame.task.isDone) found.push(frame.task);
      for (let child = frame.firstChild; child !== undefined; child = child.nextSibling) stack.push(child);
    }
    return found;
  }

  get isTask(): boolean {
    return this === (this.task as Frame);
  }

  /** Whether the enclosing frame's cancellation can be seen from here. */
  get isParentCancelled(): boolean {
    return !this.shield && this.parent?.effective !== undefined;
  }

  /**
   * Whether an error is the work of a cancellation here or further out: of one in force, or of one that is kept out by
   * a shield which was raised only while the error was on its way.
   */
  accountsFor(error: unknown): boolean {
    const { effective } = this;
    this.tell("read");
    // The error of a deadline that was opened with `using` is no CancelledError.
    if (effective?.isThrown(error) === true) return true;
    if (!isCancellation(error)) return false;
    return effective !== undefined || isRequestedAround(this, error);
  }

  /**
   * What a cancellation is when it leaves this frame: the one that is in force around it, which may have overtaken it on its
   * way. Where that is a deadline of a `using` declaration, it is a TimeoutError, as nothing will catch a cancellation there.
   */
  leaving(cancellation: unknown): unknown {
    this.tell("read");
    const outer = this.isParentCancelled ? this.parent?.effective : undefined;
    return outer === undefined ? cancellation : outer.error;
  }

  setShield(shield: boolean): void {
    if (this.shield === shield) return;
    this.shield = shield;
    if (!this.closed) recompute(this);
  }

  /** Requests cancellation; the first request wins. Everything that it reaches is flagged before anything wakes. */
  cancel(cancellation: Cancellation): void {
    const isInTime = this.cancellation === undefined && !this.closed;
    this.tell(isInTime ? "write" : "read");
    if (!isInTime) return;
    this.cancellation = cancellation;
    this.disarm();
    this.task.notify?.scopeCancelled(this, cancellation);
    if (this.effective === undefined) push(this, cancellation, false);
  }

  /** Sets or moves the deadline: absolute, on the clock of the task's runtime. */
  setDeadline(deadline: number): void {
    const { runtime } = this.task;
    this.deadline = deadline === Infinity ? undefined : deadline;
    this.disarm();
    if (deadline === Infinity || this.closed || this.cancellation !== undefined) return;
    if (deadline <= runtime.now()) this.expire();
    else this.timer = runtime.setTimer<Frame>(deadline, expire, this);
  }

  /**
   * Takes the frame out of the tree. Work that is still open inside, because nobody awaited it, is cancelled: a
   * frame must not be outlived by what runs in it.
   */
  close(): void {
    if (this.closed) return;
    this.onClose?.(this);
    this.tell("write");
    // A cancellation of what is around it would have reached it. In its own task that has been told.
    if (this.isTask) this.parent?.look();
    this.disarm();
    if (this.firstChild !== undefined || this.firstWait !== undefined) this.abandon();
    this.closed = true;
    this.effective ??= left;
    // What is shielded inside, or still unwinding, stays in reach of the task until the task has ended as well.
    if (this.firstChild === undefined || this.isTask) this.detach();
  }

  link(wait: Waiter<unknown>): void {
    const last = this.lastWait;
    wait.previous = last;
    if (last === undefined) this.firstWait = wait;
    else last.next = wait;
    this.lastWait = wait;
  }

  unlink(wait: Waiter<unknown>): void {
    if (wait.previous !== undefined) wait.previous.next = wait.next;
    else if (this.firstWait === wait) this.firstWait = wait.next;
    if (wait.next !== undefined) wait.next.previous = wait.previous;
    else if (this.lastWait === wait) this.lastWait = wait.previous;
    wait.next = undefined;
    wait.previous = undefined;
  }

  attach(): void {
    attachFrom(this);
  }

  detach(): void {
    detachFrom(this);
  }

  /** Moves the frame, with all in it, to another place in the tree, and feels the cancellation that is in force there. */
  moveTo(parent: Frame): void {
    this.detach();
    this.parent = parent;
    this.attach();
    recompute(this);
  }

  disarm(): void {
    if (this.timer !== undefined) this.task.runtime.clearTimer(this.timer);
    this.timer = undefined;
  }

  expire(): void {
    this.timer = undefined;
    this.cancel(new Cancellation("deadline", undefined, this.name));
  }

  abandon(): void {
    const { notify } = this.task;
    while (this.top !== this) {
      const inner = this.top;
      this.top = inner.parent as Frame;
      notify?.scopeAbandoned(inner, true);
      inner.close();
    }
    if (this.firstChild === undefined && this.firstWait === undefined) return;
    notify?.scopeAbandoned(this, false);
    push(this, new Cancellation("left", "the scope around it has been left", this.name), this.isTask);
  }
}

/** No recursion here and below, as scopes nest deeper than the stack. */
function attachFrom(innermost: Frame): void {
  let frame = innermost;
  for (let { parent } = frame; parent !== undefined && !frame.isAttached; { parent } = frame) {
    const first = parent.firstChild;
    frame.nextSibling = first;
    if (first !== undefined) first.previousSibling = frame;
    parent.firstChild = frame;
    // Code that outlived its scope may still open a shielded one, to clean up.
    if (!parent.closed) return;
    frame = parent;
  }
}

function detachFrom(innermost: Frame): void {
  let frame = innermost;
  for (let { parent } = frame; parent !== undefined && frame.isAttached; { parent } = frame) {
    if (frame.previousSibling !== undefined) frame.previousSibling.nextSibling = frame.nextSibling;
    else parent.firstChild = frame.nextSibling;
    if (frame.nextSibling !== undefined) frame.nextSibling.previousSibling = frame.previousSibling;
    frame.nextSibling = undefined;
    frame.previousSibling = undefined;
    if (!parent.closed || parent.firstChild !== undefined) return;
    frame = parent;
  }
}

function expire(frame: Frame): void {
  frame.expire();
}

function isRequestedAround(innermost: Frame, error: unknown): boolean {
  for (let frame: Frame | undefined = innermost; frame !== undefined; frame = frame.parent) {
    const own = frame.cancellation?.thrown;
    if (own !== undefined && (own === error || own === (error as { cause?: unknown }).cause)) return true;
  }
  return false;
}

/**
 * Flags a subtree and ends its waits; the flags first, because ending a wait may run code that looks at them. To a runtime
 * that asks, the flags of a frame are its task's.
 *
 * @param through also what is shielded: when a task has ended, code of it that goes on could not wait again anyway.
 */
function push(root: Frame, cancellation: Cancellation, through: boolean): void {
  const { runtime } = root.task;
  const reached: Frame[] = [];
  const stack: Frame[] = [];
  for (let frame: Frame | undefined = root; frame !== undefined; frame = stack.pop()) {
    runtime.access?.(frame.task.info, "write");
    frame.effective ??= cancellation;
    if (frame.firstWait !== undefined) reached.push(frame);
    for (let child = frame.firstChild; child !== undefined; child = child.nextSibling) {
      const isOpen = child.effective === undefined && !child.shield;
      if (isOpen || (through && child.task === root.task)) stack.push(child);
      else child.look();
    }
  }
  for (const frame of reached) endWaits(frame);
}

/**
 * Ends the waits of a frame, oldest first. From the head each time, as ending one may run code that ends others, or that raises
 * a shield over the rest. To note them all before ending the first would go through memory twice, which is what the
 * cancellation of many waits costs.
 */
function endWaits(frame: Frame): void {
  for (let wait = frame.firstWait; wait !== undefined && frame.effective !== undefined; wait = frame.firstWait) {
    wait.cancel();
  }
}

/** Works out the flag of a subtree anew, after a shield was raised or lowered. */
function recompute(root: Frame): void {
  const { runtime } = root.task;
  root.parent?.look();
  const reached: Frame[] = [];
  const stack: Frame[] = [root];
  for (let frame = stack.pop(); frame !== undefined; frame = stack.pop()) {
    runtime.access?.(frame.task.info, "write");
    // What has been left stays cancelled, and so does all below it that is not shielded.
    if (!frame.closed) {
      frame.effective = frame.cancellation ?? (frame.shield ? undefined : frame.parent?.effective);
    }
    if (frame.effective !== undefined && frame.firstWait !== undefined) reached.push(frame);
    for (let child = frame.firstChild; child !== undefined; child = child.nextSibling) stack.push(child);
  }
  for (const frame of reached) endWaits(frame);
}
