/**
 * The one place that knows the kinds of content of the model interface. Patch releases of it have added kinds, so a
 * kind that is not known here is passed over.
 *
 * @module
 */
import type {
  JSONValue,
  LanguageModelV4Content,
  LanguageModelV4Message,
  LanguageModelV4ToolCall,
  LanguageModelV4ToolResultPart,
  SharedV4ProviderMetadata,
  SharedV4ProviderOptions,
} from "@ai-sdk/provider";
import { ToolInputError } from "./errors.ts";

type AssistantPart = Extract<LanguageModelV4Message, { role: "assistant" }>["content"][number];
type ResultOutput = Extract<LanguageModelV4ToolResultPart["output"], { readonly value: JSONValue }>;

/** What a run is asked: a text, or a conversation in the form of the model interface. */
export type Prompt = string | readonly LanguageModelV4Message[];

/** @throws {@link TypeError} for anything else than a text or a list of messages. */
export function openingMessages(instructions: string | undefined, prompt: Prompt): LanguageModelV4Message[] {
  if (typeof prompt !== "string" && !Array.isArray(prompt)) {
    throw new TypeError(`a prompt is a string or a list of messages, and ${typeof prompt} is neither`);
  }
  const asked: readonly LanguageModelV4Message[] =
    typeof prompt === "string" ? [{ role: "user", content: [{ type: "text", text: prompt }] }] : prompt;
  return instructions === undefined ? [...asked] : [{ role: "system", content: instructions }, ...asked];
}

/** The text that the model wrote. */
export function textOf(content: readonly LanguageModelV4Content[]): string {
  return content.flatMap((part) => (part.type === "text" ? [part.text] : [])).join("");
}

/** The calls that are ours to make: a provider makes its own, and gives their results in the same content. */
export function callsIn(content: readonly LanguageModelV4Content[]): LanguageModelV4ToolCall[] {
  return content
    .filter((part) => part.type === "tool-call")
    .filter(({ providerExecuted }) => providerExecuted !== true);
}

/** What the model gave, as the message that it is shown in the next turn. */
export function assistantMessage(content: readonly LanguageModelV4Content[]): LanguageModelV4Message {
  return { role: "assistant", content: content.flatMap(assistantParts) };
}

/** The results of a turn's calls, as the message that the model is shown. */
export function toolMessage(results: readonly LanguageModelV4ToolResultPart[]): LanguageModelV4Message {
  return { role: "tool", content: [...results] };
}

/**
 * The input of a call. Some providers send an empty text for a call without arguments.
 *
 * @throws {@link ToolInputError} when it is no JSON.
 */
export function parseInput({ input, toolName }: LanguageModelV4ToolCall): unknown {
  if (input.trim() === "") return {};
  try {
    return JSON.parse(input) as unknown;
  } catch (cause) {
    throw new ToolInputError(toolName, [{ path: "", message: (cause as SyntaxError).message }], { cause });
  }
}

/**
 * A value or an error of a tool, as the model is shown it: a copy, so that the tool cannot change it later.
 *
 * @throws {@link TypeError} for a value that JSON cannot carry.
 */
export function resultOutput(value: unknown, isError: boolean): ResultOutput {
  if (typeof value === "string") return { type: isError ? "error-text" : "text", value };
  // What JSON leaves out at the top (undefined, a function) is told as null.
  const json = JSON.parse(JSON.stringify(value) ?? "null") as JSONValue;
  return { type: isError ? "error-json" : "json", value: json };
}

function assistantParts(part: LanguageModelV4Content): AssistantPart[] {
  switch (part.type) {
    case "text":
    case "reasoning":
      return [{ type: part.type, text: part.text, ...optionsOf(part) }];
    case "file":
    case "reasoning-file":
      return [{ type: part.type, data: part.data, mediaType: part.mediaType, ...optionsOf(part) }];
    case "custom":
      return [{ type: part.type, kind: part.kind, ...optionsOf(part) }];
    case "tool-call": {
      const { type, toolCallId, toolName, providerExecuted } = part;
      const executed = providerExecuted === undefined ? {} : { providerExecuted };
      return [{ type, toolCallId, toolName, input: shownInput(part), ...executed, ...optionsOf(part) }];
    }
    case "tool-result": {
      // Ours are never here, so it is the provider's. A preliminary one is replaced by a later one.
      if (part.preliminary === true) return [];
      const { type, toolCallId, toolName, result, isError = false } = part;
      return [{ type, toolCallId, toolName, output: resultOutput(result, isError), ...optionsOf(part) }];
    }
    default:
      // Sources and approval requests have no form in a prompt.
      return [];
  }
}

/** A provider may insist on an object, so an input that is no JSON is shown as an empty one; its result says why. */
function shownInput(call: LanguageModelV4ToolCall): unknown {
  try {
    return parseInput(call);
  } catch {
    return {};
  }
}

function optionsOf({ providerMetadata }: { readonly providerMetadata?: SharedV4ProviderMetadata }): {
  providerOptions?: SharedV4ProviderOptions;
} {
  return providerMetadata === undefined ? {} : { providerOptions: providerMetadata };
}
