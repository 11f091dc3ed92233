/**
 * A lane: one agent over one way of holding the connection, with the books that the report is written from.
 *
 * @module
 */
import { AsyncLocalStorage } from "node:async_hooks";
import type { Agent, AgentResult } from "@holdfast/agent";
import { isCancelled } from "@holdfast/concurrency";
import type { Toolset } from "@holdfast/mcp";
import { describeFailure, type FailureRecord, type Parties } from "./failure-record.ts";

/** How a lane reaches its tools. */
export interface LaneConnection {
  readonly toolset: Toolset;
  /** Wraps a whole run, where the lane's way is to connect for each. */
  aroundRun?<T>(body: () => Promise<T>): Promise<T>;
  /** Who opened and who closed the connection that gave this error, where the lane knows. */
  partiesOf?(error: unknown): Parties | undefined;
  close(): Promise<void>;
}

const runName = new AsyncLocalStorage<string>();

/** The name of the run that the calling code belongs to; undefined outside every run. */
export function currentRun(): string | undefined {
  return runName.getStore();
}

/** Records kept; older ones give way. */
const recordsKept = 1_000;

export class Lane {
  readonly name: string;
  readonly #agent: Agent;
  readonly #connection: LaneConnection;
  readonly #running = new Set<Run>();
  readonly #records: FailureRecord[] = [];
  #runs = 0;
  #inFlight = 0;

  constructor(name: string, connection: LaneConnection, createAgent: (toolset: Toolset) => Agent) {
    this.name = name;
    this.#connection = connection;
    this.#agent = createAgent(this.#counting(connection.toolset));
  }

  /** The failed runs, oldest first. A run that was cancelled has not failed. */
  get records(): readonly FailureRecord[] {
    return this.#records;
  }

  /**
   * Runs the agent once.
   *
   * **Cancellation:** that of the calling scope reaches the model and the tools.
   *
   * @throws what failed, after it has been recorded.
   */
  async run(prompt: string): Promise<AgentResult> {
    this.#runs += 1;
    const run: Run = { name: `run ${this.#runs}`, peak: this.#inFlight };
    const body = (): Promise<AgentResult> => this.#agent.run(prompt);
    this.#running.add(run);
    try {
      return await runName.run(run.name, () => this.#connection.aroundRun?.(body) ?? body());
    } catch (error) {
      this.#record(run, error);
      throw error;
    } finally {
      this.#running.delete(run);
    }
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  #record({ name, peak }: Run, error: unknown): void {
    const { code, message, leaf } = describeFailure(error);
    if (isCancelled(leaf)) return;
    const { opener, closer } = this.#connection.partiesOf?.(leaf) ?? { opener: null, closer: null };
    this.#records.push({ agent: this.name, run: name, code, message, callsInFlight: peak, opener, closer });
    if (this.#records.length > recordsKept) this.#records.shift();
  }

  /** The same toolset, with its calls counted for every run that is under way. */
  #counting(toolset: Toolset): Toolset {
    const aroundBatch = toolset.aroundBatch?.bind(toolset);
    return {
      name: toolset.name,
      listTools: () => toolset.listTools(),
      callTool: async (name, input, context) => {
        this.#inFlight += 1;
        for (const run of this.#running) run.peak = Math.max(run.peak, this.#inFlight);
        try {
          return await toolset.callTool(name, input, context);
        } finally {
          this.#inFlight -= 1;
        }
      },
      ...(aroundBatch === undefined ? {} : { aroundBatch }),
    };
  }
}

/** A run under way. */
interface Run {
  readonly name: string;
  /** The most tool calls of the lane that have been in flight at once since it began. */
  peak: number;
}
