/**
 * Agents: a model, its tools, and the loop between them.
 *
 * @module
 */
import type { LanguageModelV4 } from "@ai-sdk/provider";
import { CancelledError, taskGroup, type TaskGroup } from "@holdfast/concurrency";
import type { Toolset } from "@holdfast/mcp";
import { Catalogue } from "./catalogue.ts";
import { checkCount, checkTimeout } from "./limits.ts";
import { openingMessages, type Prompt } from "./messages.ts";
import { RunRecorder } from "./recorder.ts";
import type { RunObserver, RunReport } from "./report.ts";
import type { Tool } from "./tool.ts";
import { type AgentConfig, takeTurn } from "./turn.ts";
import type { Usage } from "./usage.ts";

/** Options of {@link createAgent}. */
export interface AgentOptions {
  /** For errors, reports and pictures. */
  readonly name: string;
  /** Any model of the AI SDK's provider interface, version 4. */
  readonly model: LanguageModelV4;
  /** The system message that each run begins with. */
  readonly instructions?: string;
  readonly tools?: readonly Tool[];
  /**
   * Sources of further tools, MCP connections above all; each is listed once a run, and its names must be free.
   * `aroundBatch` of a toolset runs around all calls of a turn that calls one of its tools, in the turn's own task:
   * before the tasks of the calls start, and after they were joined. What it throws fails the run.
   */
  readonly toolsets?: readonly Toolset[];
  /** How often a run may call the model. 16 when absent. */
  readonly maxTurns?: number;
  /** Milliseconds that a tool call may take, unless the tool has a limit of its own; `null` for none. 60000 when absent. */
  readonly toolTimeout?: number | null;
  /** Milliseconds that a tool has to stop in when it is told to, before it is given up. 5000 when absent. */
  readonly toolGrace?: number;
}

/** Options of a run. */
export interface AgentRunOptions {
  /** Cancels the run when it aborts. */
  readonly signal?: AbortSignal;
  /** Watches the run; the way to the report of one that fails. */
  readonly observer?: RunObserver;
}

/** What a run gives. */
export interface AgentResult {
  /** The text of the model's last turn. */
  readonly output: string;
  /** The tokens of all turns. */
  readonly usage: Usage;
  readonly report: RunReport;
}

/** An agent. It keeps nothing between runs, so any number of them may run at once. */
export interface Agent {
  readonly name: string;
  /**
   * Asks the model, makes the tool calls that it asks for, tells it the results, and so on until it answers.
   *
   * Each turn is a task, and each tool call a child task of its turn. A call that fails for a reason of its own becomes
   * a result for the model; one that fails because its connection is gone, or because tasks were misused, fails the
   * run: its siblings are cancelled and joined first. Inside a task the run belongs to that task's scope; outside it
   * starts a root task for the purpose.
   *
   * **Cancellation:** that of the caller's scope and of `options.signal` reaches the model and every tool. The run ends
   * when they have, or when a tool that does not stop has been given up.
   *
   * @throws {@link ExceptionGroup} whatever fails: its first leaf is the first cause; {@link CancelledError} when the
   * signal aborts.
   */
  run(prompt: Prompt, options?: AgentRunOptions): Promise<AgentResult>;
}

const MAX_TURNS = 16;
/** What the official MCP client gives a request. */
const TOOL_TIMEOUT = 60_000;
/** What an owner is given to close. */
const TOOL_GRACE = 5_000;

/**
 * Makes an agent.
 *
 * @throws {@link TypeError} for a model of another version, a missing name, or two tools of one name;
 * {@link RangeError} for a limit that is none.
 *
 * ```ts run
 * import { createAgent, scriptedModel, tool } from "@holdfast/agent";
 * import { z } from "zod";
 * const model = scriptedModel([{ calls: [{ tool: "owner", input: { service: "checkout" } }] }, { text: "Ask Ada." }]);
 * const owner = tool({ name: "owner", input: z.object({ service: z.string() }), run: ({ service }) => `Ada owns ${service}` });
 * const agent = createAgent({ name: "triage", model, tools: [owner] });
 * const { output, report } = await agent.run("Who owns checkout?");
 * output; // => "Ask Ada."
 * report.turns[0]?.calls[0]?.outcome; // => "ok"
 * ```
 */
export function createAgent(options: AgentOptions): Agent {
  const config = checked(options);
  return Object.freeze({
    name: config.name,
    run: (prompt: Prompt, runOptions?: AgentRunOptions) => runAgent(config, prompt, runOptions),
  });
}

function checked(options: AgentOptions): AgentConfig {
  const { name, model, instructions, tools = [], toolsets = [] } = options;
  const { maxTurns = MAX_TURNS, toolTimeout = TOOL_TIMEOUT, toolGrace = TOOL_GRACE } = options;
  if (typeof name !== "string" || name === "") throw new TypeError("an agent needs a name");
  if (model?.specificationVersion !== "v4") {
    const found = model?.specificationVersion ?? typeof model;
    throw new TypeError(`agent "${name}" takes a model of specification v4, and found ${String(found)}`);
  }
  return {
    name,
    model,
    instructions,
    catalogue: Catalogue.of(tools),
    toolsets: [...toolsets],
    maxTurns: checkCount("maxTurns", maxTurns),
    toolTimeout: checkTimeout("toolTimeout", toolTimeout),
    toolGrace: checkTimeout("toolGrace", toolGrace),
  };
}

async function runAgent(agent: AgentConfig, prompt: Prompt, options: AgentRunOptions = {}): Promise<AgentResult> {
  const { signal, observer = {} } = options;
  const messages = openingMessages(agent.instructions, prompt);
  const recorder = new RunRecorder(agent.name, observer);
  let output: string;
  try {
    output = await untilAborted(signal, agent.name, async (group) => {
      const run = { agent, messages, recorder, catalogue: await listTools(agent, group) };
      for (let number = 1; ; number += 1) {
        const answer = await group.startSoon(() => takeTurn(run, number), { name: `turn ${number}` });
        if (answer !== undefined) return answer;
      }
    });
  } catch (error) {
    recorder.finish(error);
    throw error;
  }
  return Object.freeze({ output, usage: recorder.usage, report: recorder.finish() });
}

/** A task group that a signal can cancel, below the current scope: a root task would be out of the caller's reach. */
async function untilAborted(
  signal: AbortSignal | undefined,
  name: string,
  body: (group: TaskGroup) => Promise<string>,
): Promise<string> {
  let onAbort = (): void => {};
  try {
    const output = await taskGroup<string | undefined>(
      (group) => {
        if (signal?.aborted === true) return undefined;
        onAbort = () => group.cancel(signal?.reason);
        signal?.addEventListener("abort", onAbort, { once: true });
        return body(group);
      },
      { name },
    );
    // Only a group that the signal cancelled has no value: nobody else can reach it.
    if (output === undefined) throw new CancelledError("signal", signal?.reason, name);
    return output;
  } finally {
    signal?.removeEventListener("abort", onAbort);
  }
}

/** Lists all toolsets side by side, each in a task of its own. */
async function listTools({ catalogue, toolsets }: AgentConfig, group: TaskGroup): Promise<Catalogue> {
  if (toolsets.length === 0) return catalogue;
  const listings = toolsets.map((toolset) => ({
    toolset,
    task: group.startSoon(() => toolset.listTools(), { name: `list ${toolset.name}` }),
  }));
  const listed: Parameters<Catalogue["with"]>[0][number][] = [];
  for (const { toolset, task } of listings) listed.push([toolset, await task]);
  return catalogue.with(listed);
}
