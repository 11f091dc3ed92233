/**
 * What happens next when nothing speaks against it.
 *
 * @module
 */
import type { Transition } from "../kernel/transition.ts";
import { type Asleep, isIn } from "./sleep-sets.ts";

const none: readonly Asleep[] = [];

/**
 * The order without preemptions: whoever acted last goes on while he can, and otherwise whoever has been ready longest does. What
 * a run can do without comes last. Replay strings and shrinking count how often a run departs from this.
 *
 * @param last who acted last: the index of an actor.
 * @param asleep what is left out.
 * @returns an index; -1 when all is left out.
 */
export function undisturbed(
  ready: readonly Transition[],
  last: number | undefined,
  asleep: readonly Asleep[] = none,
): number {
  let first = -1;
  let optional = -1;
  for (let index = 0; index < ready.length; index++) {
    const { actor, cause, isOptional } = ready[index] as Transition;
    if (asleep.length > 0 && isIn(asleep, cause.id)) continue;
    if (isOptional) {
      if (optional === -1) optional = index;
      continue;
    }
    if (actor.index === last) return index;
    if (first === -1) first = index;
  }
  return first === -1 ? optional : first;
}
