/**
 * What happens next when nothing speaks against it.
 *
 * @module
 */
import type { Transition } from "../kernel/transition.ts";

/**
 * The order without preemptions: whoever acted last goes on while he can, and otherwise whoever has been ready longest does. What
 * a run can do without comes last. Replay strings and shrinking count how often a run departs from this.
 *
 * @param last who acted last: the index of an actor.
 */
export function undisturbed(ready: readonly Transition[], last: number | undefined): number {
  let first = -1;
  for (let index = 0; index < ready.length; index++) {
    const { actor, isOptional } = ready[index] as Transition;
    if (isOptional) continue;
    if (actor.index === last) return index;
    if (first === -1) first = index;
  }
  return first === -1 ? 0 : first;
}
