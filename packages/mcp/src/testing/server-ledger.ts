/**
 * What a faulty server has seen and holds.
 *
 * @module
 */
import type { RequestId } from "@modelcontextprotocol/client";
import { Event } from "@holdfast/concurrency";

/** One run of a tool. */
export interface McpExecution {
  readonly tool: string;
  readonly args: Readonly<Record<string, unknown>>;
  /** The session it was called in, or "" where there is none. */
  readonly session: string;
  readonly requestId: RequestId;
}

/** A snapshot of what a faulty server has seen and holds. */
export interface McpServerCounts {
  /** What was received, in order: the method of each message, and `GET` and `DELETE` of HTTP. */
  readonly received: readonly string[];
  readonly initializes: number;
  readonly sessionsOpen: number;
  /** How often each tool ran. */
  readonly executed: Readonly<Record<string, number>>;
  readonly executions: readonly McpExecution[];
  /** The requests, as `session/id`, that were run more than once. A good client leaves this empty. */
  readonly executedTwice: readonly string[];
  /** Cancellations received: notifications, and of 2026-07-28 streams that the client closed before the answer. */
  readonly cancels: number;
  /** Sessions that clients have ended. */
  readonly deletes: number;
  /** Requests without an answer yet. */
  readonly inFlight: number;
  /** Streams for notifications that are open now: GET, or `subscriptions/listen`. */
  readonly streamsOpen: number;
  /** Requests that came to the other origin, by a redirect that was followed. */
  readonly elsewhere: number;
  /** TCP connections open now; 0 in process. */
  readonly socketsOpen: number;
  /** The most TCP connections that were open at a time. */
  readonly socketsPeak: number;
}

type Tally =
  | "cancels"
  | "deletes"
  | "elsewhere"
  | "inFlight"
  | "initializes"
  | "sessionsOpen"
  | "socketsOpen"
  | "streamsOpen";

export class ServerLedger {
  readonly #tallies: Record<Tally, number> = {
    cancels: 0,
    deletes: 0,
    elsewhere: 0,
    inFlight: 0,
    initializes: 0,
    sessionsOpen: 0,
    socketsOpen: 0,
    streamsOpen: 0,
  };
  readonly #received: string[] = [];
  readonly #executions: McpExecution[] = [];
  #socketsPeak = 0;
  #changed = new Event("the counts of a faulty server to change");

  add(tally: Tally, by: -1 | 1 = 1): void {
    this.#tallies[tally] += by;
    this.#socketsPeak = Math.max(this.#socketsPeak, this.#tallies.socketsOpen);
    this.#tell();
  }

  received(what: string): void {
    this.#received.push(what);
    this.#tell();
  }

  executed(execution: McpExecution): void {
    this.#executions.push(execution);
    this.#tell();
  }

  counts(): McpServerCounts {
    const byTool = countBy(this.#executions, ({ tool }) => tool);
    const byRequest = countBy(this.#executions, ({ session, requestId }) => `${session}/${requestId}`);
    return Object.freeze({
      ...this.#tallies,
      received: [...this.#received],
      executed: byTool,
      executions: [...this.#executions],
      executedTwice: Object.keys(byRequest).filter((request) => byRequest[request] !== 1),
      socketsPeak: this.#socketsPeak,
    });
  }

  /** **Cancellation:** ends the waiting. */
  async waitUntil(isSo: (counts: McpServerCounts) => boolean): Promise<void> {
    while (!isSo(this.counts())) await this.#changed.wait();
  }

  #tell(): void {
    const changed = this.#changed;
    this.#changed = new Event("the counts of a faulty server to change");
    changed.set();
  }
}

function countBy<T>(items: readonly T[], keyOf: (item: T) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const item of items) counts[keyOf(item)] = (counts[keyOf(item)] ?? 0) + 1;
  return counts;
}
