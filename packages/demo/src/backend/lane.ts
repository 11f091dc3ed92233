/**
 * A lane: one agent over one way of holding the connection, with the books that the report is written from.
 *
 * @module
 */
import type { Agent, AgentResult } from "@holdfast/agent";
import type { Toolset } from "@holdfast/mcp";
import { describeFailure, type FailureRecord, partiesOf } from "./failure-record.ts";

/** Who opened and who closed, as the connection of a lane saw it last. */
export interface Parties {
  readonly opener: string | null;
  readonly closer: string | null;
}

/** How a lane reaches its tools. */
export interface LaneConnection {
  readonly toolset: Toolset;
  /** Wraps a whole run, where the lane's way is to connect for each. */
  aroundRun?<T>(run: string, body: () => Promise<T>): Promise<T>;
  /** The name of the run that a task belongs to, where the lane knows. */
  runOfTask?(taskId: number): string | undefined;
  /** Who opened and closed, where the error of a run does not say. */
  parties?(): Parties;
  close(): Promise<void>;
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

  /** The failed runs, oldest first. */
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
      return await (this.#connection.aroundRun?.(run.name, body) ?? body());
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
    const parties = partiesOf(leaf, (id) => this.#connection.runOfTask?.(id)) ?? this.#connection.parties?.();
    const { opener = null, closer = null } = parties ?? {};
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
