/**
 * What the ends of a memory channel throw, at the call and to those who wait.
 *
 * @module
 */
import { BrokenResourceError, ClosedResourceError, EndOfStreamError } from "../resource-errors.ts";

export function closed(attempted: string, side: "send" | "receive", label: string): ClosedResourceError {
  return new ClosedResourceError(`${attempted} on a closed ${side} end of ${label}; give each task a clone() to close`);
}

export function broken(attempted: string, label: string): BrokenResourceError {
  return new BrokenResourceError(`${attempted} into ${label}, whose receive ends are all closed; stop sending`);
}

export function ended(attempted: string, label: string): EndOfStreamError {
  return new EndOfStreamError(`${attempted} from ${label}, which is empty and whose send ends are all closed`);
}
