/**
 * One turn: a call of the model, and the tool calls that it asks for, side by side.
 *
 * @module
 */
import type {
  LanguageModelV4,
  LanguageModelV4GenerateResult,
  LanguageModelV4Message,
  LanguageModelV4ToolCall,
  LanguageModelV4ToolResultPart,
} from "@ai-sdk/provider";
import { HoldfastError, isCancelled, leafErrors, taskGroup, withSignal } from "@holdfast/concurrency";
import type { Toolset } from "@holdfast/mcp";
import { callTool, messageOf } from "./call-tool.ts";
import type { Catalogue } from "./catalogue.ts";
import { IncompleteFinishError, ModelCallError, TurnLimitError } from "./errors.ts";
import { assistantMessage, callsIn, textOf, toolMessage } from "./messages.ts";
import type { RunRecorder, TurnRecorder } from "./recorder.ts";

/** What all turns of a run share. */
export interface RunState {
  readonly agent: AgentConfig;
  readonly catalogue: Catalogue;
  /** The conversation so far; a turn that goes on adds to it. */
  readonly messages: LanguageModelV4Message[];
  readonly recorder: RunRecorder;
}

/** An agent's options, checked, with nothing left open. */
export interface AgentConfig {
  readonly name: string;
  readonly model: LanguageModelV4;
  readonly instructions: string | undefined;
  readonly catalogue: Catalogue;
  readonly toolsets: readonly Toolset[];
  readonly maxTurns: number;
  readonly toolTimeout: number | null;
  readonly toolGrace: number;
}

/**
 * The finishes after which the output is whole. The model interface has grown reasons before, and the new one meant
 * "cut short"; so a reason that is not here counts as that.
 */
const complete: ReadonlySet<string> = new Set(["stop", "tool-calls", "other"]);

/**
 * Takes a turn, in a task of its own. Gives the model's answer, or undefined when the conversation goes on.
 *
 * **Cancellation:** reaches the model and every call; the turn ends when all of them have.
 *
 * @throws {@link ModelCallError}, {@link IncompleteFinishError}, {@link TurnLimitError}; a group with the fatal error of
 * a call; the error of a toolset's `aroundBatch`.
 */
export async function takeTurn(run: RunState, number: number): Promise<string | undefined> {
  const { agent, messages, recorder } = run;
  const turn = recorder.startTurn(number);
  try {
    const { content, finishReason, usage } = await generate(run);
    recorder.addUsage(usage);
    const text = textOf(content);
    if (!complete.has(finishReason.unified)) {
      throw new IncompleteFinishError(agent.model.modelId, finishReason.unified, text);
    }
    const calls = callsIn(content);
    if (calls.length === 0) return text;
    if (number >= agent.maxTurns) {
      throw new TurnLimitError(
        agent.name,
        agent.maxTurns,
        calls.map(({ toolName }) => toolName),
      );
    }
    const results = await around(toolsetsOf(calls, run), () => callAll(calls, run, turn));
    messages.push(assistantMessage(content), toolMessage(results));
    return undefined;
  } finally {
    turn.finish();
  }
}

async function generate({ agent, catalogue, messages }: RunState): Promise<LanguageModelV4GenerateResult> {
  const tools = catalogue.definitions;
  try {
    return await withSignal((abortSignal) =>
      agent.model.doGenerate({ prompt: [...messages], ...(tools.length === 0 ? {} : { tools }), abortSignal }),
    );
  } catch (error) {
    if (isCancelled(error) || error instanceof HoldfastError) throw error;
    throw new ModelCallError(agent.model.modelId, error);
  }
}

/** Every call in a task of its own; the results in the order of the calls. */
async function callAll(
  calls: readonly LanguageModelV4ToolCall[],
  run: RunState,
  turn: TurnRecorder,
): Promise<LanguageModelV4ToolResultPart[]> {
  const tasks = await taskGroup((group) =>
    calls.map((call, index) =>
      group.startSoon(() => callOne(call, index, run, turn), { name: `${call.toolName}#${index + 1}` }),
    ),
  );
  return tasks.map((task) => task.result());
}

async function callOne(
  call: LanguageModelV4ToolCall,
  index: number,
  { agent, catalogue }: RunState,
  turn: TurnRecorder,
): Promise<LanguageModelV4ToolResultPart> {
  const { toolCallId, toolName } = call;
  const record = turn.startCall(index, toolName, toolCallId);
  const limits = { timeout: agent.toolTimeout, grace: agent.toolGrace };
  try {
    const { outcome, output, error } = await callTool(call, catalogue.get(toolName), limits, () => record.abandon());
    record.finish(outcome, error);
    return { type: "tool-result", toolCallId, toolName, output };
  } catch (error) {
    const leaves = leafErrors(error);
    const cause = leaves.find((leaf) => !isCancelled(leaf)) ?? leaves[0];
    record.finish(isCancelled(error) ? "cancelled" : "failed", messageOf(cause), error);
    throw error;
  }
}

/** The toolsets that are called, each once, that want to know. */
function toolsetsOf(calls: readonly LanguageModelV4ToolCall[], { catalogue }: RunState): Toolset[] {
  const called = new Set(calls.map(({ toolName }) => catalogue.get(toolName)?.toolset));
  return [...called].filter((toolset) => toolset?.aroundBatch !== undefined) as Toolset[];
}

/** Runs the body inside the brackets of the toolsets, the first outermost. */
function around<T>([toolset, ...rest]: readonly Toolset[], body: () => Promise<T>): Promise<T> {
  if (toolset?.aroundBatch === undefined) return body();
  return toolset.aroundBatch(() => around(rest, body));
}
