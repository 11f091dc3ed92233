/** Models and runs for the tests of this package. */
import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4Content,
  LanguageModelV4FinishReason,
  LanguageModelV4GenerateResult,
  LanguageModelV4Prompt,
  LanguageModelV4ToolResultPart,
  LanguageModelV4Usage,
} from "@ai-sdk/provider";
import { leafErrors, run } from "@holdfast/concurrency";
import { VirtualRuntime } from "@holdfast/concurrency/testing";
import { z } from "zod";
import { scriptedModel, tool, type Tool, type ToolContext } from "../src/index.ts";

const noTokens: LanguageModelV4Usage = {
  inputTokens: { total: undefined, noCache: undefined, cacheRead: undefined, cacheWrite: undefined },
  outputTokens: { total: undefined, text: undefined, reasoning: undefined },
};

/** A model result with just the content, unless told more. */
export function generated(
  content: LanguageModelV4Content[],
  finish: LanguageModelV4FinishReason["unified"] = "stop",
  usage: LanguageModelV4Usage = noTokens,
): LanguageModelV4GenerateResult {
  return { content, finishReason: { unified: finish, raw: undefined }, usage, warnings: [] };
}

/** A model that gives raw results one after another and keeps what it was asked. */
export function rawModel(...results: LanguageModelV4GenerateResult[]): LanguageModelV4 & {
  readonly asked: LanguageModelV4CallOptions[];
} {
  const asked: LanguageModelV4CallOptions[] = [];
  return {
    ...scriptedModel([]),
    asked,
    doGenerate: (options) => Promise.resolve(results[asked.push(options) - 1] as LanguageModelV4GenerateResult),
  };
}

/** A model that calls tools once, all in one turn, then answers with what they gave. */
export function callingModel(...calls: readonly (readonly [tool: string, input?: unknown])[]): LanguageModelV4 {
  return scriptedModel((prompt, index) =>
    index === 0
      ? { calls: calls.map(([name, input = {}]) => ({ tool: name, input })) }
      : { text: JSON.stringify(resultsIn(prompt).map(({ output }) => output)) },
  );
}

/** The results in the last message of a conversation. */
export function resultsIn(prompt: LanguageModelV4Prompt): LanguageModelV4ToolResultPart[] {
  const last = prompt.at(-1);
  return last?.role === "tool" ? last.content.filter((part) => part.type === "tool-result") : [];
}

/** A tool that takes anything. */
export function anyTool(name: string, fn: (input: Record<string, unknown>, context: ToolContext) => unknown): Tool {
  return tool({ name, input: z.looseObject({}), run: fn });
}

/** Runs a function as a root task on virtual time. */
export function virtually<T>(fn: () => PromiseLike<T> | T, signal?: AbortSignal): Promise<T> {
  return run(fn, { name: "root", runtime: new VirtualRuntime(), ...(signal === undefined ? {} : { signal }) });
}

/** What a promise rejects with; fails when it does not. */
export async function rejectionOf(promise: PromiseLike<unknown>): Promise<unknown> {
  return await promise.then(
    (value) => {
      throw new Error(`expected a rejection, and it gave ${JSON.stringify(value)}`);
    },
    (error: unknown) => error,
  );
}

/** The leaves of what a promise rejects with. */
export async function leavesOf(promise: PromiseLike<unknown>): Promise<unknown[]> {
  return leafErrors(await rejectionOf(promise));
}
