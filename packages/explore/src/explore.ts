/**
 * Looking for an order of a program's steps in which it fails, and telling when there is none.
 *
 * @module
 */
import { Exploration } from "./exploration.ts";
import type { Explored } from "./explored.ts";
import { type ExploreOptions, readOptions } from "./options.ts";
import { Session } from "./session.ts";
import type { Scenario } from "./single-run.ts";

/**
 * Runs a scenario in many orders of its steps, to find one in which it fails: in which it throws, breaks an invariant, leaves a
 * promise's rejection unhandled, comes to a halt, or leaves tasks behind.
 *
 * A scenario must do the same each time when its steps come in the same order. Tasks, waits, timers and locks of
 * `@holdfast/concurrency` are under control, and what `lab.io()` stands for; real sockets and files are not.
 *
 * **Cancellation:** by `options.signal`, which ends the exploration with what has been found so far.
 *
 * @throws {@link PrivateFieldsError}; TypeError or RangeError for bad options. What the scenario throws is a verdict.
 *
 * ```ts run
 * import { sleep } from "@holdfast/concurrency";
 * import { explore } from "@holdfast/explore";
 * const found = await explore(async (lab) => {
 *   const account = lab.shared({ balance: 100 }, "account");
 *   await lab.all(2, async () => {
 *     const { balance } = account;
 *     await sleep(10);
 *     account.balance = balance - 30;
 *   });
 *   if (account.balance !== 40) throw new Error(`lost an update: ${account.balance}`);
 * });
 * found.verdict; // => "failed"
 * ```
 */
export async function explore(scenario: Scenario, options: ExploreOptions = {}): Promise<Explored> {
  if (typeof scenario !== "function") throw new TypeError("explore() takes a scenario: a function that is given a lab");
  const settings = readOptions(options);
  using session = new Session(scenario, settings);
  return await new Exploration(session, settings).run();
}
