/**
 * What is promised of: runtimes.
 *
 * @module
 */
import type { Area } from "../area.ts";

export const runtimes = {
  letters: "RT",
  title: "Runtimes",
  terms:
    "Timers, clock and random numbers come from the runtime alone. The **system runtime** uses the machine's; the " +
    "**virtual runtime** has a clock that moves only when every task waits; of the steps that are ready it takes the one that has been " +
    "ready longest, or the one that the test chooses.",
  promises: {
    "RT-1":
      "under the virtual runtime the clock moves only when every task waits, so that an hour's sleep takes no real time",
    "RT-2":
      "under the virtual runtime the same program takes the same steps in the same order, and the same seed gives the same random numbers",
    "RT-3":
      "under the virtual runtime a run in which every task waits and nothing can wake one throws `RUNTIME_DEADLOCK`",
    "RT-4": "an event made outside every runtime serves whichever runtime its callers run on",
  },
} as const satisfies Area;
