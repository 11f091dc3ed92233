/**
 * The errors of things that tasks share, by situation, in anyio's vocabulary: closed (by us), broken (by the other side),
 * busy (a second user), at its end, would block, and held or not held.
 *
 * @module
 */
import { HoldfastError, nameOf } from "./errors.ts";

/** Thrown by using what has been closed on this side: an owner, a released lease, an end of a channel. */
export class ClosedResourceError extends HoldfastError {
  override readonly code = "RESOURCE_CLOSED";

  static {
    nameOf(ClosedResourceError, "ClosedResourceError");
  }
}

/** Thrown by using what the other side has left: a channel without receivers, a lock whose holder ended. */
export class BrokenResourceError extends HoldfastError {
  override readonly code = "RESOURCE_BROKEN";

  static {
    nameOf(BrokenResourceError, "BrokenResourceError");
  }
}

/** Thrown when a second task starts what only one may do at a time. */
export class BusyResourceError extends HoldfastError {
  override readonly code = "RESOURCE_BUSY";
  override readonly hint = "give each task a resource of its own, or put a Lock around it";

  /** @param action what is being done already, as in "reading from" */
  constructor(action: string) {
    super(`Another task is already ${action} this resource`);
  }
  static {
    nameOf(BusyResourceError, "BusyResourceError");
  }
}

/** Thrown by receiving from a channel that is empty and whose senders have all been closed. */
export class EndOfStreamError extends HoldfastError {
  override readonly code = "END_OF_STREAM";

  static {
    nameOf(EndOfStreamError, "EndOfStreamError");
  }
}

/** Thrown by the `NoWait` form of an operation that would have had to wait. */
export class WouldBlockError extends HoldfastError {
  override readonly code = "RESOURCE_WOULD_BLOCK";
  override readonly hint = "await the form without NoWait, or try again later";

  static {
    nameOf(WouldBlockError, "WouldBlockError");
  }
}

/** Thrown by acquiring a second time what the same task or borrower holds already: it would wait for itself for ever. */
export class AlreadyHeldError extends HoldfastError {
  override readonly code = "RESOURCE_ALREADY_HELD";
  override readonly hint = "several async functions run in this task, e.g. under Promise.all? use a task group";

  static {
    nameOf(AlreadyHeldError, "AlreadyHeldError");
  }
}

/** Thrown by releasing, or by waiting under, what the task or borrower does not hold. */
export class NotHeldError extends HoldfastError {
  override readonly code = "RESOURCE_NOT_HELD";
  override readonly hint = "release in the task that acquired, once; a using declaration does";

  static {
    nameOf(NotHeldError, "NotHeldError");
  }
}
