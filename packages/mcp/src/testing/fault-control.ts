/**
 * What a test does with a faulty server, in whichever form: it injects faults, and looks at what came of them.
 *
 * @module
 */
import type { InjectedFault } from "./fault-plan.ts";
import type { McpFaultName, McpFaultScript } from "./faults.ts";
import type { McpServerCounts } from "./server-ledger.ts";
import type { ServerState } from "./server-state.ts";

export abstract class FaultControl<Name extends McpFaultName> {
  readonly #state: ServerState;

  constructor(state: ServerState) {
    this.#state = state;
  }

  /**
   * Lets a fault strike from now on, as its script says. Of several that would strike the same request, the one that
   * was injected first does.
   *
   * @throws TypeError for a fault that there is not, RangeError for a number that is none.
   */
  inject(script: McpFaultScript<Name>): InjectedFault {
    return this.#state.plan.add(script);
  }

  /** Removes all faults. What they have struck already stays struck. */
  clearFaults(): void {
    this.#state.plan.clear();
  }

  /** A snapshot of what the server has seen and holds. */
  counts(): McpServerCounts {
    return this.#state.ledger.counts();
  }

  /**
   * Waits until the counts are as a test wants them.
   *
   * **Cancellation:** ends the waiting.
   */
  waitUntil(isSo: (counts: McpServerCounts) => boolean): Promise<void> {
    return this.#state.ledger.waitUntil(isSo);
  }

  /** Forgets all sessions, and says 404 to whoever names one of them. What is being answered is answered. */
  forgetSessions(): void {
    this.#state.forgetSessions();
  }

  /** Sends so many notifications of changed tools on each stream that is open for them. */
  notifyToolsChanged(count = 1): void {
    for (let sent = 0; sent < count; sent++) this.#state.announceChange(this.#state.sessions.values());
  }

  /** Breaks all connections, stops what runs, forgets all sessions, and is there again at once, in another epoch. */
  abstract restart(): void;
}
