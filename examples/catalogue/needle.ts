/**
 * A needle in a haystack: the program fails in just one of all orders of its writes. No real program is like that; it
 * shows what chance does not find and going through the orders does.
 *
 * @module
 */
import { checkpoint } from "@holdfast/concurrency";
import type { Lab } from "@holdfast/explore";

/** `tasks` tasks of `steps` steps each, which must come in one given order. */
export async function needle(lab: Lab, tasks: number, steps: number): Promise<void> {
  const log = lab.shared({ reached: 0 }, "log");
  await lab.all(tasks, async (task) => {
    for (let step = 0; step < steps; step++) {
      await checkpoint();
      // The last task first, in each round.
      if (log.reached === step * tasks + (tasks - 1 - task)) log.reached += 1;
    }
  });
  if (log.reached === tasks * steps) throw new Error("the one order");
}

/** Three tasks, three steps. */
export function scenario(lab: Lab): Promise<void> {
  return needle(lab, 3, 3);
}

/** Four tasks, three steps. */
export function larger(lab: Lab): Promise<void> {
  return needle(lab, 4, 3);
}
