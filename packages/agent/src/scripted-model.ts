/**
 * A model that follows a script: for tests, examples, and a demo without a key.
 *
 * @module
 */
import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4Content,
  LanguageModelV4GenerateResult,
  LanguageModelV4Prompt,
  LanguageModelV4Usage,
} from "@ai-sdk/provider";
import { CancelScope, sleep } from "@holdfast/concurrency";
import { ScriptError } from "./errors.ts";

/** What the model does in one turn: it answers, or it calls tools, all at once. */
export type ScriptedTurn =
  | { readonly text: string }
  | { readonly calls: readonly { readonly tool: string; readonly input: unknown }[] };

/**
 * The turns that follow a user's message, or a function that gives the turn for a conversation. `index` counts the turns
 * that the model has taken since that message, from 0.
 */
export type Script = readonly ScriptedTurn[] | ((prompt: LanguageModelV4Prompt, index: number) => ScriptedTurn);

/** Options of {@link scriptedModel}. */
export interface ScriptedModelOptions {
  /** The model's name. `scripted` when absent. */
  readonly modelId?: string;
  /** Milliseconds that the next call takes. None when absent. */
  readonly latency?: () => number;
}

/** A rule of thumb for English text, good enough for a number that is only shown. */
const CHARACTERS_A_TOKEN = 4;

/**
 * Makes a model that follows a script, without a network. It keeps no state: where it stands in the script it reads off
 * the conversation, so any number of runs may share it. It does not stream.
 *
 * **Cancellation:** the latency is a sleep on the runtime's clock, ended by the scope and by the call's `abortSignal`.
 *
 * ```ts run
 * import { scriptedModel } from "@holdfast/agent";
 * const model = scriptedModel((prompt, index) => ({ text: `turn ${index} of ${prompt.length} message` }));
 * const { content } = await model.doGenerate({ prompt: [{ role: "user", content: [] }] });
 * content; // => [{ type: "text", text: "turn 0 of 1 message" }]
 * ```
 */
export function scriptedModel(script: Script, options: ScriptedModelOptions = {}): LanguageModelV4 {
  const { modelId = "scripted", latency = () => 0 } = options;
  return {
    specificationVersion: "v4",
    provider: "holdfast",
    modelId,
    supportedUrls: {},
    doGenerate: async ({ prompt, abortSignal }: LanguageModelV4CallOptions) => {
      await pause(latency(), abortSignal);
      return generated(prompt, turnOf(script, prompt, modelId));
    },
    doStream: () => Promise.reject(new ScriptError(`model ${modelId} does not stream; call doGenerate()`)),
  };
}

async function pause(latency: number, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted();
  if (latency === 0) return;
  const scope = new CancelScope({ name: "latency" });
  const stop = (): void => scope.cancel(signal?.reason);
  signal?.addEventListener("abort", stop, { once: true });
  try {
    await scope.run(() => sleep(latency));
  } finally {
    signal?.removeEventListener("abort", stop);
  }
  signal?.throwIfAborted();
}

function turnOf(script: Script, prompt: LanguageModelV4Prompt, modelId: string): ScriptedTurn {
  const asked = prompt.findLastIndex(({ role }) => role === "user");
  const index = turnsIn(prompt.slice(asked + 1));
  const turn = typeof script === "function" ? script(prompt, index) : script[index];
  if (turn === undefined) throw new ScriptError(`the script of model ${modelId} has no turn ${index + 1}; add one`);
  return turn;
}

function generated(prompt: LanguageModelV4Prompt, turn: ScriptedTurn): LanguageModelV4GenerateResult {
  const number = turnsIn(prompt) + 1;
  const content: LanguageModelV4Content[] =
    "text" in turn
      ? [{ type: "text", text: turn.text }]
      : turn.calls.map(({ tool, input }, index) => ({
          type: "tool-call",
          toolCallId: `call-${number}-${index + 1}`,
          toolName: tool,
          input: JSON.stringify(input) ?? "{}",
        }));
  return {
    content,
    finishReason: { unified: "text" in turn ? "stop" : "tool-calls", raw: undefined },
    usage: usageOf(prompt, content),
    warnings: [],
  };
}

function turnsIn(prompt: LanguageModelV4Prompt): number {
  return prompt.filter(({ role }) => role === "assistant").length;
}

function usageOf(prompt: LanguageModelV4Prompt, content: readonly LanguageModelV4Content[]): LanguageModelV4Usage {
  const input = tokens(prompt);
  const output = tokens(content);
  return {
    inputTokens: { total: input, noCache: input, cacheRead: 0, cacheWrite: 0 },
    outputTokens: { total: output, text: output, reasoning: 0 },
  };
}

function tokens(value: unknown): number {
  return Math.ceil(JSON.stringify(value).length / CHARACTERS_A_TOKEN);
}
